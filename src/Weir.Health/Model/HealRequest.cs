namespace Weir.Health;

/// <summary>A repair that is asked for: of an object, or of a drive that replaces a lost one.</summary>
public sealed record HealRequest
{
    /// <summary>Empty for a drive.</summary>
    public required string Bucket { get; init; }

    /// <summary>The key; empty for a drive.</summary>
    public required string Object { get; init; }

    /// <summary>Null for every version; "null" for the null version.</summary>
    public string? VersionId { get; init; }

    public HealthPriority Priority { get; init; } = HealthPriority.Normal;

    public HealMode Mode { get; init; } = HealMode.OnDemand;

    /// <summary>How often a repair that failed is tried again.</summary>
    public int MaxRetries { get; init; } = 3;

    /// <summary>How many good shards may still be lost, as far as the asker knows: fewer goes first within a priority. Null where unknown.</summary>
    public int? Margin { get; init; }

    /// <summary>The path of an empty drive, as configured, that is to take a lost one's place: it gets the identity and everything that belongs on it (FormatRestore). Null for an object.</summary>
    public string? Drive { get; init; }

    /// <summary>Which lost drive it replaces; null where only one is lost.</summary>
    public Guid? DriveId { get; init; }

    /// <summary>The issue that it is for; null where there is none.</summary>
    public string? IssueId { get; init; }

    /// <summary>What began it.</summary>
    public string? IncidentId { get; init; }

    /// <summary>Who or what asks, for people.</summary>
    public string Reason { get; init; } = "api";
}
