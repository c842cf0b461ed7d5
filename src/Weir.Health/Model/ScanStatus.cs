namespace Weir.Health;

/// <summary>Where a scan is in its life.</summary>
public enum ScanState
{
    /// <summary>Waits for its turn.</summary>
    Queued,
    Scanning,
    Paused,
    Completed,
    Cancelled,
    Failed,
}

/// <summary>A scan as it is now.</summary>
public sealed record ScanStatus
{
    /// <summary>As <c>scan-12345</c>.</summary>
    public required string Id { get; init; }

    public required ScanRequest Request { get; init; }

    public required ScanState State { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public long ObjectsScanned { get; init; }

    /// <summary>Bytes of shards and metadata that were read.</summary>
    public long BytesScanned { get; init; }

    public long IssuesDetected { get; init; }

    /// <summary>From 0 to 100; null where there is no basis yet.</summary>
    public double? CompletionPercentage { get; init; }

    /// <summary>Objects a second, lately; null before there is a rate.</summary>
    public double? ObjectsPerSecond { get; init; }

    /// <summary>Bytes a second, lately; null before there is a rate.</summary>
    public double? BytesPerSecond { get; init; }

    /// <summary>Time spent scanning, pauses and restarts left out.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Null where there is no basis.</summary>
    public TimeSpan? EstimatedRemaining { get; init; }

    /// <summary>How many objects it will look at; null where there is no basis.</summary>
    public long? EstimatedObjects { get; init; }

    /// <summary>How long it will take in all; null where there is no basis.</summary>
    public TimeSpan? EstimatedDuration { get; init; }

    /// <summary>When a paused scan goes on by itself; null where it does not.</summary>
    public DateTimeOffset? ResumesAt { get; init; }

    /// <summary>Why it failed, or what it could not do.</summary>
    public string? Error { get; init; }

    /// <summary>Smart: what is estimated of all objects from the sample; null otherwise and before the end.</summary>
    public SampleEstimate? Estimate { get; init; }
}

/// <summary>How many objects with issues there are in all, from a sample.</summary>
/// <param name="Objects">All objects of the scope.</param>
/// <param name="Issues">The unbiased estimate.</param>
/// <param name="Low">The lower end of the 95 % interval.</param>
/// <param name="High">The upper end.</param>
public sealed record SampleEstimate(long Objects, double Issues, double Low, double High);
