using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Feed.Disks;
using Weir.Health.Policies;

namespace Weir.Health.Issues;

/// <summary>How the issues are kept.</summary>
public sealed record IssueBookOptions
{
    /// <summary>Where the snapshot is; made where it is missing.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>Gives how long cleared issues stay on the topic, and the priority of buckets.</summary>
    public required IPolicies Policies { get; init; }

    /// <summary>A snapshot is written after so many changes.</summary>
    public int ChangesBetweenSnapshots { get; init; } = 10_000;

    /// <summary>A feed that takes no records is asked again after this.</summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(1);

    public IDisk Disk { get; init; } = LocalDisk.Instance;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public ILogger Logger { get; init; } = NullLogger.Instance;
}
