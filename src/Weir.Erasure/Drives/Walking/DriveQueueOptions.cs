namespace Weir.Erasure.Drives.Walking;

/// <summary>How drives are used.</summary>
public sealed record DriveQueueOptions
{
    /// <summary>Calls at once on each drive: one thread each. More than one helps solid-state drives.</summary>
    public int Concurrency { get; init; } = 1;

    /// <summary>How long a drive may show no progress before it counts as failed.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The most bytes a second that are read from each drive; 0 for no limit.</summary>
    public double BytesPerSecond { get; init; }

    /// <summary>The most calls a second to each drive: files and directories opened or looked at, and reads; 0 for no limit.</summary>
    public double CallsPerSecond { get; init; }

    /// <summary>The pace of a drive, where it is shared with other work or changes while work goes on: it then stands in place of the two limits above. Null, or null for a drive: those count.</summary>
    public Func<Drive, DrivePace?>? Pace { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
