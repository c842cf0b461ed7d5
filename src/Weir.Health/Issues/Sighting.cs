using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Verifying;

namespace Weir.Health.Issues;

/// <summary>What a scan saw of one object in one set.</summary>
internal sealed record Sighting
{
    public required int Pool { get; init; }

    public required int Set { get; init; }

    public required ObjectName Name { get; init; }

    /// <summary>How it was looked at.</summary>
    public required VerifyMode Mode { get; init; }

    /// <summary>Its issues, without ids; empty where there are none.</summary>
    public IReadOnlyList<HealthIssue> Found { get; init; } = [];

    /// <summary>Versions that nothing could be known of: their issues stand as they are.</summary>
    public IReadOnlyList<string?> Unknown { get; init; } = [];

    /// <summary>Whether it is not there any more, on drives that could all be asked.</summary>
    public bool IsGone { get; init; }
}

/// <summary>On whose behalf something is recorded.</summary>
/// <param name="ScanId">The scan.</param>
/// <param name="IncidentId">What began it; null where nothing did.</param>
internal readonly record struct IssueFinder(string? ScanId, string? IncidentId);
