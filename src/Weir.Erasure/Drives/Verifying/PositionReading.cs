using Weir.Erasure.Drives.Disks;
using Weir.Erasure.Drives.Walking;

namespace Weir.Erasure.Drives.Verifying;

/// <summary>What one position of a set has in an object's directory.</summary>
/// <param name="Metadata">Its metadata.</param>
/// <param name="DataDirs">Directories there that are named like data directories.</param>
internal sealed record PositionReading(DriveMetadata Metadata, IReadOnlyList<string> DataDirs)
{
    /// <summary>More entries than this in an object's directory are not looked at for orphans.</summary>
    private const int MaxEntries = 100_000;

    /// <summary>The file is opened and read, and its directory looked at.</summary>
    private const int CallsOfMetadata = 3;

    /// <summary>Reads on the drive's own threads. Never throws: what fails is unknown.</summary>
    public static async Task<PositionReading> ReadAsync(DriveQueues queues, Drive? drive, int position, ObjectName name)
    {
        if (drive is null) return new(DriveMetadata.Read(null, position, name, null), []);
        try
        {
            return await queues[drive].RunAsync(worker => Read(worker, drive, position, name)).ConfigureAwait(false);
        }
        catch (DriveFileException error)
        {
            return new(DriveMetadata.OfFailed(drive, position, $"{drive.Path}: {error.Message}"), []);
        }
    }

    /// <summary>Whether a directory of this name may hold shards: a UUID in the form that the servers write.</summary>
    public static bool IsDataDirName(ReadOnlySpan<char> name) => name is "legacy" || (name.Length == 36 && Guid.TryParseExact(name, "D", out _) && !name.ContainsAnyInRange('A', 'F'));

    private static PositionReading Read(DriveWorker worker, Drive drive, int position, ObjectName name)
    {
        worker.AdmitCalls(CallsOfMetadata);
        DriveMetadata metadata = DriveMetadata.ReadAll(drive, position, name);
        worker.Charge(0, metadata.FileBytes);
        var directories = new List<string>();
        try
        {
            // A directory's links count the directories in it, where the file system counts them at all.
            if (drive.Files.Stat(name.Path) is null or { Kind: DriveEntryKind.Directory, Links: 2 }) return new(metadata, directories);
            worker.AdmitCalls(1);
            foreach ((string entry, DriveEntryKind kind) in drive.Files.ReadDirectory(name.Path, MaxEntries))
            {
                if (kind != DriveEntryKind.Directory || !IsDataDirName(entry)) continue;
                worker.AdmitCalls(1);
                if (HoldsShards(drive, $"{name.Path}/{entry}")) directories.Add(entry);
            }
        }
        catch (DriveFileException)
        {
            // Orphans are not looked for where the directory cannot be read; what a version needs from it is met by name.
            directories.Clear();
        }

        return new(metadata, directories);
    }

    /// <summary>A key may have a component that looks like a UUID: a data directory is one with shard files and without metadata.</summary>
    private static bool HoldsShards(Drive drive, string path)
    {
        bool shards = false, metadata = false;
        drive.Files.List(path, (name, kind) =>
        {
            shards |= kind != DriveEntryKind.Directory && name.StartsWith("part."u8);
            metadata |= name.SequenceEqual("xl.meta"u8);
            return !metadata;
        });
        return shards && !metadata;
    }
}
