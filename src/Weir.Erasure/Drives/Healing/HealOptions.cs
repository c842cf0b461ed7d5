namespace Weir.Erasure.Drives.Healing;

/// <summary>How repairs are done.</summary>
public sealed record HealOptions
{
    /// <summary>Whether a server may be using the drives: nothing younger than <see cref="SettleTime"/> is touched, and everything is looked at twice.</summary>
    public bool IsLive { get; init; }

    /// <summary>Beside a server: versions younger than this may just be being completed.</summary>
    public TimeSpan SettleTime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Beside a server: how long something must have been wrong before it is.</summary>
    public TimeSpan SightingInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether objects that some drives lack altogether and all others have whole are planned as the walk finds them: they are examined right
    /// before their repair only, and an observer is told of them without their repairs.
    /// </summary>
    public bool MayOutline { get; init; } = true;

    /// <summary>Bytes of shards that are in memory at once, for all objects together.</summary>
    public long MemoryBytes { get; init; } = 192 << 20;

    /// <summary>Objects that are repaired at once.</summary>
    public int Concurrency { get; init; } = 512;

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
