namespace Weir.Erasure.Drives.Walking;

/// <summary>How drives are used.</summary>
public sealed record DriveQueueOptions
{
    /// <summary>Calls at once on each drive: one thread each. More than one helps solid-state drives.</summary>
    public int Concurrency { get; init; } = 1;

    /// <summary>How long a drive may show no progress before it counts as failed.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
