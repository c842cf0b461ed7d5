namespace Weir.Health;

/// <summary>Where a repair is in its life.</summary>
public enum HealState
{
    Queued,
    Running,

    /// <summary>A try failed, and the next waits for its time.</summary>
    Retrying,
    Completed,
    Failed,
    Cancelled,
}

/// <summary>What was repaired, in the words of the design that the API follows.</summary>
public enum HealStrategy
{
    DataShardRepair,
    ParityShardRepair,
    HybridRepair,
    MetadataRestore,
    FormatRestore,
}

/// <summary>A repair as it is now.</summary>
public sealed record HealStatus
{
    /// <summary>As <c>heal-67890</c>.</summary>
    public required string Id { get; init; }

    public required HealRequest Request { get; init; }

    public required HealState State { get; init; }

    /// <summary>The priority that it has now: promotion and ageing raise it.</summary>
    public required HealthPriority Priority { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>From 1; null when it does not wait.</summary>
    public long? QueuePosition { get; init; }

    /// <summary>Null where there is no basis.</summary>
    public DateTimeOffset? EstimatedStart { get; init; }

    public int Attempts { get; init; }

    /// <summary>Why the last try failed; null when none did.</summary>
    public string? Error { get; init; }

    /// <summary>Null until it has ended.</summary>
    public HealResult? Result { get; init; }
}

/// <summary>What a repair came to.</summary>
/// <param name="Success">Whether every version that was asked for is whole now, and was verified. A repair that is completed without success has told in <paramref name="Unrepaired"/> what it could not do.</param>
/// <param name="ShardsRepaired">Shards and records that were made.</param>
/// <param name="TotalShards">Shards of the object's widest version.</param>
/// <param name="Duration">Of the work, without waiting.</param>
/// <param name="Strategy">Null where nothing was to be done.</param>
/// <param name="Validations">What was verified after it.</param>
/// <param name="Unrepaired">The versions that cannot be repaired, and why; they stay issues.</param>
public sealed record HealResult(
    bool Success, int ShardsRepaired, int TotalShards, TimeSpan Duration, HealStrategy? Strategy, IReadOnlyList<HealValidation> Validations, IReadOnlyList<UnrepairedVersion> Unrepaired);

/// <summary>One thing that was verified after a repair.</summary>
/// <param name="Type">Checksum, ShardCount, Parity or EndToEnd.</param>
/// <param name="Passed">Whether it holds.</param>
/// <param name="Details">For a human.</param>
/// <param name="Duration">How long it took.</param>
public sealed record HealValidation(string Type, bool Passed, string Details, TimeSpan Duration);

/// <summary>A version that could not be repaired.</summary>
/// <param name="VersionId">"null" for the null version; null for what is of no version.</param>
/// <param name="Verdict">Its verdict.</param>
/// <param name="Reason">Why.</param>
public sealed record UnrepairedVersion(string? VersionId, string Verdict, string Reason);
