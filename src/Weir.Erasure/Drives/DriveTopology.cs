using Weir.Erasure.Drives.Disks;
using Weir.Erasure.Format;

namespace Weir.Erasure.Drives;

/// <summary>The deployment that a list of drives makes up: pools, their sets, and what does not belong.</summary>
public sealed class DriveTopology
{
    private DriveTopology(IReadOnlyList<Drive> drives, IReadOnlyList<DrivePool> pools)
    {
        Drives = drives;
        Pools = pools;
    }

    /// <summary>Every path that was given, in that order.</summary>
    public IReadOnlyList<Drive> Drives { get; }

    /// <summary>The pools of the deployment that most of the drives belong to.</summary>
    public IReadOnlyList<DrivePool> Pools { get; }

    /// <summary>Looks at drives; only reads, and never fails: what is wrong with a drive is its state.</summary>
    public static DriveTopology Discover(IEnumerable<string> paths) => Discover(paths, LocalDriveDisk.Instance);

    /// <summary>The same for drives that are on <paramref name="disk"/>.</summary>
    public static DriveTopology Discover(IEnumerable<string> paths, IDriveDisk disk) => Assemble([.. paths.Select(path => DriveProbe.Look(path, disk))]);

    /// <summary>Looks at one drive, to be put together with others: takes as long as the drive takes to answer, and a drive that hangs never answers.</summary>
    public static Drive Look(string path, IDriveDisk disk) => DriveProbe.Look(path, disk);

    /// <summary>A drive that is not looked at, for it does not answer.</summary>
    /// <param name="path">Its root.</param>
    /// <param name="disk">What it is on.</param>
    /// <param name="detail">What it does instead.</param>
    public static Drive Absent(string path, IDriveDisk disk, string detail) => new(path, disk) { State = DriveState.Offline, Detail = detail };

    /// <summary>Puts drives together that were each looked at for this, and says of each where it belongs.</summary>
    public static DriveTopology Assemble(IReadOnlyList<Drive> looked)
    {
        Drive[] drives = [.. looked];
        var accepted = new List<List<Drive>>();
        // What most drives agree on comes first, so that what contradicts it is the foreign one.
        foreach (List<Drive> group in GroupByPool(drives))
        {
            if (Contradiction(group[0], accepted, drives) is { } contradiction)
            {
                foreach (Drive drive in group) (drive.State, drive.Detail) = (DriveState.Foreign, contradiction);
                continue;
            }

            accepted.Add(group);
        }

        // Numbered in the order in which their drives were given, so that a pool keeps its number while drives come and go.
        var pools = new List<DrivePool>();
        foreach (List<Drive> group in accepted.OrderBy(group => Array.IndexOf(drives, group[0])))
        {
            var pool = new DrivePool(group[0].Format!, pools.Count);
            pools.Add(pool);
            foreach (Drive drive in group)
            {
                drive.Pool = pool.Number;
                if (pool.TryPlace(drive)) continue;
                (drive.State, drive.Detail) = (DriveState.Duplicate, $"{pool.Set(drive.Set)[drive.Position]!.Path} is the same drive");
            }
        }

        return new(drives, pools);
    }

    private static List<List<Drive>> GroupByPool(Drive[] drives)
    {
        var groups = new List<List<Drive>>();
        foreach (Drive drive in drives.Where(drive => drive.State == DriveState.Online))
        {
            List<Drive>? group = groups.Find(group => group[0].Format!.IsSamePool(drive.Format!));
            if (group is null) groups.Add([drive]);
            else group.Add(drive);
        }

        // By deployment first, for a second deployment may have a larger pool than the smallest of the first. OrderBy is stable.
        return [.. groups.OrderByDescending(group => groups.Where(other => SameDeployment(other[0], group[0])).Sum(other => other.Count)).ThenByDescending(group => group.Count)];
    }

    private static string? Contradiction(Drive drive, List<List<Drive>> accepted, Drive[] drives)
    {
        if (accepted.Count == 0) return null;
        FormatJson first = accepted[0][0].Format!;
        if (drive.Format!.DeploymentId != first.DeploymentId) return $"of deployment {drive.Format.DeploymentId}, and most drives are of {first.DeploymentId}";
        HashSet<Guid> own = [.. drive.Format.Sets.SelectMany(set => set)];
        own.Remove(FormatJson.LostDrive);
        List<Drive>? overlapping = accepted.Find(group => group[0].Format!.Sets.Any(set => set.Any(own.Contains)));
        if (overlapping is null) return null;
        int number = accepted.Count(group => Array.IndexOf(drives, group[0]) < Array.IndexOf(drives, overlapping[0]));
        return $"its format.json describes pool {number} otherwise than most of that pool's drives";
    }

    private static bool SameDeployment(Drive one, Drive other) => one.Format!.DeploymentId == other.Format!.DeploymentId;
}
