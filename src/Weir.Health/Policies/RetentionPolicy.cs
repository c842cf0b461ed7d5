namespace Weir.Health.Policies;

/// <summary>How long things are kept. JSON: <c>{"metrics","issues","reports","quarantine"}</c>, durations.</summary>
public sealed record RetentionPolicy
{
    /// <summary>The history of metrics; at most 24 hours are held.</summary>
    public TimeSpan Metrics { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Issues that were cleared, on their topic.</summary>
    public TimeSpan Issues { get; init; } = TimeSpan.FromDays(90);

    /// <summary>Scans and repairs that have ended.</summary>
    public TimeSpan Reports { get; init; } = TimeSpan.FromDays(30);

    /// <summary>What was moved into quarantine; null: kept for ever.</summary>
    public TimeSpan? Quarantine { get; init; }
}
