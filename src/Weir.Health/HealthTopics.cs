namespace Weir.Health;

/// <summary>The topics by which the parts of this room, and those who ask something of it, know each other. Records: docs/health.md.</summary>
public static class HealthTopics
{
    /// <summary>ObjectDiscovered, ScanStarted, ScanProgress, ScanCycleCompleted, HealQueued, HealPromoted, HealStarted, HealDeferred, HealCompleted, HealFailed, HealCancelled, HealDismissed, ResourceUsageUpdated. Written by scanner and healer.</summary>
    public const string Events = "health:events";

    /// <summary>HealthIssueDetected, HealthIssueCleared. Written by the scanner alone.</summary>
    public const string Issues = "health:issues";

    /// <summary>ScanRequested, HealRequested. Written by whoever asks: the API, storage events, a reader that has just failed.</summary>
    public const string Requests = "health:requests";

    /// <summary>POLICY: each version of each policy.</summary>
    public const string Policies = "health:policies";
}
