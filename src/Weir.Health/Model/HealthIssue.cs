using Weir.Erasure.Drives.Verifying;

namespace Weir.Health;

/// <summary>Something that is wrong, from the scan that found it until one finds it gone.</summary>
public sealed record HealthIssue
{
    /// <summary>The same for as long as the issue stands, whoever finds it again; unique.</summary>
    public required string Id { get; init; }

    public required IssueType Type { get; init; }

    public required Severity Severity { get; init; }

    /// <summary>Empty for a drive's issue.</summary>
    public required string Bucket { get; init; }

    /// <summary>The key; empty for a drive's issue.</summary>
    public required string Object { get; init; }

    /// <summary>"null" for the null version; null where the issue is of no version.</summary>
    public string? VersionId { get; init; }

    /// <summary>For a human, as <c>Missing 1 data shard</c>.</summary>
    public required string Description { get; init; }

    public required DateTimeOffset DetectedAt { get; init; }

    /// <summary>The verdict that it comes from; null for a drive's issue.</summary>
    public Verdict? Verdict { get; init; }

    /// <summary>How many more good shards may be lost before a server cannot read the version; null for a drive's issue.</summary>
    public int? Margin { get; init; }

    /// <summary>Whether a repair can do something about it.</summary>
    public bool IsRepairable { get; init; }

    public int Pool { get; init; }

    public int Set { get; init; }

    /// <summary>The paths of the drives that it is found on.</summary>
    public IReadOnlyList<string> Drives { get; init; } = [];

    /// <summary>The level of checking that shows it: one that reads less cannot tell that it is gone.</summary>
    public VerifyMode ShownBy { get; init; } = VerifyMode.Deep;

    /// <summary>The scan that found it first; null where none did.</summary>
    public string? ScanId { get; init; }

    /// <summary>What began it: the incident of a storage event, for one. The same through scan, issue and repair.</summary>
    public string? IncidentId { get; init; }
}
