using Weir.Erasure.Drives.Disks;

namespace Weir.Health.Pools;

/// <summary>Which drives there are, and how they are watched.</summary>
public sealed record PoolSetOptions
{
    public required IReadOnlyList<HealthPool> Pools { get; init; }

    /// <summary>How often it is looked at which drives are there.</summary>
    public TimeSpan CheckInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a drive may take to say who it is.</summary>
    public TimeSpan LookTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a drive may show no progress before it is given up.</summary>
    public TimeSpan WorkTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A drive that was given up and answers again is taken back after this.</summary>
    public TimeSpan ReopenAfter { get; init; } = TimeSpan.FromMinutes(1);

    public IDriveDisk Disk { get; init; } = LocalDriveDisk.Instance;

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
