using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Feed.Disks;

namespace Weir.Health.Scanning;

/// <summary>How scans are run.</summary>
public sealed record ScanServiceOptions
{
    /// <summary>Where the scans are kept; made where it is missing.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>What was found is made durable after so many objects: what a crash makes a scan look at twice.</summary>
    public int BatchObjects { get; init; } = 10_000;

    /// <summary>And at least so often.</summary>
    public TimeSpan BatchTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Scans that have not ended.</summary>
    public int MaxScans { get; init; } = 100;

    /// <summary>How often a scan says on the feed how far it is.</summary>
    public TimeSpan ProgressInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A scan that cannot go on, since there are no drives or no room for its state, tries again after this.</summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a scan that is stopped tries to make durable what it saw last; otherwise it looks at that again.</summary>
    public TimeSpan StopPatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Events that wait while the feed takes none; further ones are dropped, and counted.</summary>
    public int EventBuffer { get; init; } = 10_000;

    /// <summary>Requests on the feed that are older than this when they are first seen start nothing.</summary>
    public TimeSpan OldestRequest { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How busy the drives are with others' work.</summary>
    public Pacing.IDriveLoads Loads { get; init; } = new Pacing.LinuxDriveLoads();

    /// <summary>Chance; with a seed a run can be repeated.</summary>
    public Random Random { get; init; } = Random.Shared;

    public IDisk Disk { get; init; } = LocalDisk.Instance;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public ILogger Logger { get; init; } = NullLogger.Instance;
}
