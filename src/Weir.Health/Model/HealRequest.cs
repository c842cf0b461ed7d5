namespace Weir.Health;

/// <summary>A repair that is asked for.</summary>
public sealed record HealRequest
{
    public required string Bucket { get; init; }

    /// <summary>The key.</summary>
    public required string Object { get; init; }

    /// <summary>Null for every version; "null" for the null version.</summary>
    public string? VersionId { get; init; }

    public HealthPriority Priority { get; init; } = HealthPriority.Normal;

    public HealMode Mode { get; init; } = HealMode.OnDemand;

    /// <summary>How often a repair that failed is tried again.</summary>
    public int MaxRetries { get; init; } = 3;

    /// <summary>How many good shards may still be lost, as far as the asker knows: fewer goes first within a priority. Null where unknown.</summary>
    public int? Margin { get; init; }

    /// <summary>The issue that it is for; null where there is none.</summary>
    public string? IssueId { get; init; }

    /// <summary>What began it.</summary>
    public string? IncidentId { get; init; }

    /// <summary>Who or what asks, for people.</summary>
    public string Reason { get; init; } = "api";
}
