using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Erasure.Drives.Healing;
using Weir.Feed;
using Weir.Feed.Disks;
using Weir.Health.Healing.Repairing;
using Weir.Health.Policies;
using Weir.Health.Pools;

namespace Weir.Health.Healing;

/// <summary>What repairs work with.</summary>
public sealed record HealServiceOptions
{
    public required IFeedEngine Feed { get; init; }

    /// <summary>The drives, on a disk that can be written to (<c>LocalDriveStore</c>).</summary>
    public required PoolSet Pools { get; init; }

    public required IPolicies Policies { get; init; }

    /// <summary>An absolute directory of its own: snapshot and journals. Made where it is not there.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>When the rules of working beside a server are kept.</summary>
    public LiveRule Live { get; init; }

    /// <summary>Beside a server: versions younger than this are left alone until they are older.</summary>
    public TimeSpan SettleTime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Beside a server: how long damage must have been there.</summary>
    public TimeSpan SightingInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether what the system holds in memory is taken for what is on the drives.</summary>
    public bool TrustsCache { get; init; }

    /// <summary>
    /// Whether an empty drive at a configured path is made one of the deployment by itself, and rebuilt. Never where it has no file system of its
    /// own, nor where it is not clear which lost drive it replaces; an administrator may ask for such a one by its path.
    /// </summary>
    public bool ReplacesEmptyDrives { get; init; }

    /// <summary>Says whether a directory has a file system of its own.</summary>
    public Func<string, bool> IsMountPoint { get; init; } = MountPoints.Has;

    /// <summary>Says which processes use drives, by their roots.</summary>
    public Func<IReadOnlyList<string>, IReadOnlyList<string>> FindServers { get; init; } = RunningServers.Find;

    public IDisk Disk { get; init; } = LocalDisk.Instance;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>For the times of tries.</summary>
    public Random Random { get; init; } = Random.Shared;

    public ILogger Logger { get; init; } = NullLogger.Instance;
}
