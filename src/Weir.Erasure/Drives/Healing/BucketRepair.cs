using Weir.Erasure.Drives.Disks;
using Weir.Erasure.Drives.Walking;

namespace Weir.Erasure.Drives.Healing;

/// <summary>Makes the directories of buckets that most drives of a set have on those that lack them: a bucket may be empty.</summary>
internal static class BucketRepair
{
    private const int MostBuckets = 1_000_000;

    /// <summary>Gives the drives that got a bucket. What fails is left: it fails for the bucket's objects too, and is reported there.</summary>
    public static async Task<IReadOnlyList<(Drive Drive, string Bucket)>> RunAsync(HealDrives drives, DrivePool pool, int set)
    {
        Drive[] members = [.. pool.Set(set).OfType<Drive>()];
        HashSet<string>?[] held = await Task.WhenAll(members.Select(drive => ListAsync(drives, drive))).ConfigureAwait(false);
        var made = new List<(Drive, string)>();
        foreach (string bucket in held.SelectMany(names => names ?? []).Distinct().Order(StringComparer.Ordinal))
        {
            if (2 * held.Count(names => names?.Contains(bucket) == true) <= pool.SetSize) continue;
            for (int i = 0; i < members.Length; i++)
            {
                if (held[i] is not { } names || names.Contains(bucket) || members[i].IsReadOnly) continue;
                if (await MakeAsync(drives, members[i], bucket, members).ConfigureAwait(false)) made.Add((members[i], bucket));
            }
        }

        return made;
    }

    private static async Task<HashSet<string>?> ListAsync(HealDrives drives, Drive drive)
    {
        try
        {
            return await drives.Queues[drive].RunAsync(_ => drive.Files.ReadDirectory("", MostBuckets)
                .Where(entry => entry.Kind == DriveEntryKind.Directory && WalkRules.IsBucket(entry.Name) && !WalkRules.IsSystem(entry.Name)).Select(entry => entry.Name).ToHashSet(StringComparer.Ordinal)).ConfigureAwait(false);
        }
        catch (DriveFileException)
        {
            return null;
        }
    }

    private static async Task<bool> MakeAsync(HealDrives drives, Drive drive, string bucket, IReadOnlyList<Drive> siblings)
    {
        TargetDrive target = drives.Target(drive);
        try
        {
            bool isMade = await drives.Queues[drive].RunAsync(_ => target.Store.CreateDirectory(target.Root, bucket, SiblingOwners.Of(siblings, bucket, isDirectory: true))).ConfigureAwait(false);
            if (isMade) await drives.Barrier(drive).SyncAsync([""]).ConfigureAwait(false);
            return isMade;
        }
        catch (DriveFileException error)
        {
            target.Failed(error);
            return false;
        }
    }
}
