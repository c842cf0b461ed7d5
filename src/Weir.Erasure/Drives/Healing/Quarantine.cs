using System.Text;
using Weir.Erasure.Drives.Disks;
using Weir.Erasure.Drives.Verifying;
using Weir.Erasure.Drives.Walking;
using Weir.Erasure.Format;

namespace Weir.Erasure.Drives.Healing;

/// <summary>
/// Moves what belongs to no version out of the way: data directories that no record names, and objects of which too few drives hold any
/// record. Nothing is deleted: each drive gets a directory of this program's own, with a shell script that moves everything back.
/// </summary>
/// <param name="drives">The deployment's drives.</param>
/// <param name="run">Names the directory.</param>
public sealed class Quarantine(HealDrives drives, string run)
{
    private const uint PrivateDirectory = 0x1c0, PrivateFile = 0x1c0;

    /// <summary>Below a drive's root; walks pass over it, and for the servers it is no bucket.</summary>
    public const string DirectoryName = WalkRules.OwnPrefix + "-quarantine";

    private readonly HashSet<Drive> _prepared = [];

    /// <summary>Whether a plan has anything to be moved.</summary>
    public static bool Concerns(ObjectPlan plan) => plan.Refusals.Any(refusal => refusal.Version.Verdict == Verdict.Orphan) || IsRest(plan.Object);

    /// <summary>Moves what the plan refuses and nobody needs; gives what was moved, and what could not be.</summary>
    public async Task<IReadOnlyList<(Drive Drive, string Path, string? Problem)>> RunAsync(ObjectPlan plan)
    {
        var moved = new List<(Drive, string, string?)>();
        ObjectVerdict verdict = plan.Object;
        bool isRest = IsRest(verdict);
        HashSet<string> named = [.. verdict.Answers.SelectMany(answer => answer.Versions).Select(DataDirName)];
        foreach (DriveMetadata answer in verdict.Answers)
        {
            if (answer.Drive is not { IsReadOnly: false } drive) continue;
            try
            {
                string[] paths = await drives.Queues[drive].RunAsync(_ => Unneeded(drive, verdict.Name, isRest ? [] : named, isRest)).ConfigureAwait(false);
                foreach (string path in paths)
                {
                    await MoveAsync(drive, path).ConfigureAwait(false);
                    moved.Add((drive, path, null));
                }
            }
            catch (DriveFileException error)
            {
                moved.Add((drive, verdict.Name.Path, error.Message));
            }
        }

        return moved;
    }

    /// <summary>The rest of something: every version known, and none of them counting.</summary>
    private static bool IsRest(ObjectVerdict verdict) => verdict.Versions.Count > 0
        && verdict.Versions.All(version => version.Verdict is Verdict.SubQuorum or Verdict.Orphan) && verdict.Versions.Any(version => version.Verdict == Verdict.SubQuorum)
        && verdict.Answers.All(answer => answer.State is MetadataState.Found or MetadataState.Missing);

    private static string DataDirName(XlVersion version)
    {
        try
        {
            return DriveMetadata.ReadBody(version).Object?.DataDirName ?? "";
        }
        catch (ErasureFormatException)
        {
            return "";
        }
    }

    private static string[] Unneeded(Drive drive, ObjectName name, HashSet<string> named, bool isRest)
    {
        const int mostEntries = 100_000;
        var paths = new List<string>();
        foreach ((string entry, DriveEntryKind kind) in drive.Files.ReadDirectory(name.Path, mostEntries))
        {
            string path = $"{name.Path}/{entry}";
            if (isRest && kind == DriveEntryKind.File && entry == XlMeta.FileName) paths.Add(path);
            if (kind != DriveEntryKind.Directory || named.Contains(entry) || !PositionReading.IsDataDirName(entry)) continue;
            // A key may have a component like this; only what has shards and nothing else is moved.
            List<(string Name, DriveEntryKind Kind)> inside = drive.Files.ReadDirectory(path, mostEntries);
            if (inside.Count > 0 && inside.All(file => file.Kind == DriveEntryKind.File && file.Name.StartsWith("part.", StringComparison.Ordinal))) paths.Add(path);
        }

        return [.. paths];
    }

    private async Task MoveAsync(Drive drive, string path)
    {
        TargetDrive target = drives.Target(drive);
        string own = $"{DirectoryName}/{run}", to = $"{own}/files/{path}";
        // The way back is on the drive before the way there is taken.
        string note = await drives.Queues[drive].RunAsync(_ =>
        {
            Ensure(target, to[..to.LastIndexOf('/')]);
            return WriteNote(target, own, $"mv -nT -- {Quote($"{target.Root}/{to}")} {Quote($"{target.Root}/{path}")}\n");
        }).ConfigureAwait(false);
        await drives.Barrier(drive).SyncAsync([note, own, ""]).ConfigureAwait(false);
        await drives.Queues[drive].RunAsync(_ =>
        {
            target.Store.Rename(target.Root, path, to, replaces: false);
            return true;
        }).ConfigureAwait(false);
        await drives.Barrier(drive).SyncAsync([path[..path.LastIndexOf('/')], to[..to.LastIndexOf('/')]]).ConfigureAwait(false);
    }

    /// <summary>A file for each thing that is moved: none is ever rewritten.</summary>
    private string WriteNote(TargetDrive target, string own, string command)
    {
        if (_prepared.Add(target.Drive)) Ensure(target, $"{own}/undo");
        DriveOwner owner = target.Store.FindOwner(target.Root, "") ?? default;
        string path = $"{own}/undo/{Guid.NewGuid():N}.sh";
        using IDriveOutput output = target.Store.CreateFile(target.Root, path, owner with { Mode = PrivateFile });
        output.Write(Encoding.UTF8.GetBytes($"#!/bin/sh\n{command}"));
        return path;
    }

    private static void Ensure(TargetDrive target, string path)
    {
        if (target.Store.Stat(target.Root, path) is { Kind: DriveEntryKind.Directory }) return;
        int slash = path.LastIndexOf('/');
        if (slash > 0) Ensure(target, path[..slash]);
        DriveOwner owner = target.Store.FindOwner(target.Root, "") ?? default;
        target.Store.CreateDirectory(target.Root, path, owner with { Mode = PrivateDirectory });
    }

    private static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
