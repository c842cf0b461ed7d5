using Weir.Erasure.Drives.Disks;
using Weir.Erasure.Format;

namespace Weir.Erasure.Drives.Healing;

/// <summary>An empty drive, and the lost one whose place it takes.</summary>
/// <param name="Drive">The empty one.</param>
/// <param name="Pool">Where the lost one was.</param>
/// <param name="Set">Its set.</param>
/// <param name="Position">Its position in the set.</param>
/// <param name="DriveId">Its identity, which the empty one gets: the same on all drives' lists stays right.</param>
public sealed record Replacement(Drive Drive, DrivePool Pool, int Set, int Position, Guid DriveId)
{
    private const int MostEntries = 1000;

    /// <summary>Decides which lost drive a new one replaces.</summary>
    /// <param name="topology">All drives, the new ones among them.</param>
    /// <param name="path">The new one.</param>
    /// <param name="driveId">The lost one; null where only one is lost.</param>
    /// <exception cref="DriveFileException">It cannot be said, or the drive is not to be written to; the message says why.</exception>
    public static Replacement Find(DriveTopology topology, string path, Guid? driveId)
    {
        string full = Path.GetFullPath(path);
        Drive drive = topology.Drives.FirstOrDefault(given => given.Files.Root == full) ?? throw new DriveFileException($"{path} is not among the given drives.");
        if (drive.State != DriveState.Unformatted) throw new DriveFileException($"{path} is no empty drive: it is {drive.State.ToString().ToLowerInvariant()}{(drive.Detail is null ? "" : ", " + drive.Detail)}.");
        if (drive.IsReadOnly) throw new DriveFileException($"{path} can only be read.");
        var lost = new List<Replacement>();
        foreach (DrivePool pool in topology.Pools)
        {
            for (int set = 0; set < pool.SetCount; set++)
            {
                for (int position = 0; position < pool.SetSize; position++)
                {
                    if (pool.Set(set)[position] is null) lost.Add(new(drive, pool, set, position, pool.Format.Sets[set][position]));
                }
            }
        }

        Replacement[] chosen = [.. lost.Where(place => driveId is null || place.DriveId == driveId)];
        if (chosen.Length != 1)
        {
            string places = lost.Count == 0 ? "none is" : string.Join(", ", lost.Select(place => $"{place.DriveId} (pool {place.Pool.Number}, set {place.Set}, position {place.Position})"));
            throw new DriveFileException($"It is not clear which lost drive {path} replaces. Missing: {places}.{(lost.Count > 1 ? " Name it by its id." : "")}");
        }

        chosen[0].Check();
        CheckPlace(topology, drive);
        return chosen[0];
    }

    /// <summary>A directory within another drive, or around one, is no drive of its own, whichever links lead there.</summary>
    private static void CheckPlace(DriveTopology topology, Drive drive)
    {
        string own = RealPath(drive.Files.Root);
        foreach (Drive other in topology.Drives.Where(other => other != drive))
        {
            string there = RealPath(other.Files.Root);
            if (IsWithin(own, there)) throw new DriveFileException($"{drive.Path} lies within {other.Path}, another of the given drives.");
            if (IsWithin(there, own)) throw new DriveFileException($"{other.Path}, another of the given drives, lies within {drive.Path}.");
        }

        for (DirectoryInfo? above = Directory.GetParent(own); above is not null; above = above.Parent)
        {
            foreach (string system in DriveFormatter.SystemDirectories)
            {
                if (File.Exists(Path.Combine(above.FullName, system, FormatJson.FileName))) throw new DriveFileException($"{drive.Path} lies within {above.FullName}, which is a drive itself.");
            }
        }
    }

    private static bool IsWithin(string path, string directory) =>
        path == directory || path.StartsWith(directory.EndsWith('/') ? directory : directory + "/", StringComparison.Ordinal);

    private static string RealPath(string root, int links = 0)
    {
        const int mostLinks = 40;
        string real = "/";
        foreach (string component in Path.GetFullPath(root).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, component);
            if (links < mostLinks && Directory.ResolveLinkTarget(real, returnFinalTarget: false) is { } target) real = RealPath(target.FullName, links + 1);
        }

        return real;
    }

    /// <summary>Takes the drive for the one that it would become, in memory alone, so that a plan can be made.</summary>
    public void Pretend()
    {
        Drive.SystemDirectory = Pool.Set(Set).OfType<Drive>().FirstOrDefault()?.SystemDirectory ?? SystemDirectoryOfPool();
        (Drive.State, Drive.Detail) = (DriveState.Online, null);
        (Drive.Pool, Drive.Set, Drive.Position) = (Pool.Number, Set, Position);
        Pool.TryPlace(Drive);
    }

    private string? SystemDirectoryOfPool() => Enumerable.Range(0, Pool.SetCount).SelectMany(Pool.Set).OfType<Drive>().FirstOrDefault()?.SystemDirectory;

    /// <summary>Writes nothing where anything speaks against it.</summary>
    private void Check()
    {
        if (!Pool.HasQuorum) throw new DriveFileException($"Only {Pool.OnlineCount} of the {Pool.DriveCount} drives of pool {Pool.Number} are there; more than half must agree on what it is before a drive is added to it.");
        if (DriveId == FormatJson.LostDrive) throw new DriveFileException($"Set {Set} lists no drive at position {Position}: the list itself would have to change on all drives, which only their server does.");
        if (Pool.Format.Version != 3) throw new DriveFileException($"The drives' format.json is of version {Pool.Format.Version}; drives are added to version 3 alone.");
        foreach ((string name, DriveEntryKind kind) in Drive.Files.ReadDirectory("", MostEntries))
        {
            bool isSystem = kind == DriveEntryKind.Directory && DriveFormatter.SystemDirectories.Contains(name);
            // Servers make these before they ask for the drive's identity.
            if (isSystem) CheckEmpty(name, depth: 0);
            else if (kind != DriveEntryKind.Directory || name != "lost+found") throw new DriveFileException($"{Drive.Path} is not empty: it has {name}. Only an empty drive is made one of the deployment.");
        }
    }

    /// <summary>Directories without a file in them are nothing; what else is there may be the rest of another life.</summary>
    private void CheckEmpty(string directory, int depth)
    {
        const int mostDepth = 3;
        foreach ((string name, DriveEntryKind kind) in Drive.Files.ReadDirectory(directory, MostEntries))
        {
            if (kind != DriveEntryKind.Directory || depth == mostDepth) throw new DriveFileException($"{Drive.Path} is not empty: it has {directory}/{name}. Only an empty drive is made one of the deployment.");
            CheckEmpty($"{directory}/{name}", depth + 1);
        }
    }
}
