using System.Collections.Frozen;

namespace Weir.Health.Metrics;

/// <summary>Everything that the history holds, in the order of its columns.</summary>
public static class HealthMetricTable
{
    public const string ObjectsTotal = "objects_total";
    public const string ScanRateObjects = "scan_rate_objects_per_second";
    public const string ScanRateBytes = "scan_rate_bytes_per_second";
    public const string ObjectsScanned = "objects_scanned_total";
    public const string BytesScanned = "bytes_scanned_total";
    public const string ScansRunning = "scans_running";
    public const string ScansWaiting = "scans_waiting";
    public const string IssuesDetected = "health_issues_total";
    public const string OpenIssues = "open_issues";
    public const string HealSuccessRate = "heal_success_rate";
    public const string HealsCompleted = "heals_completed_total";
    public const string HealsFailed = "heals_failed_total";
    public const string HealSeconds = "heal_seconds_total";
    public const string ShardsRepaired = "shards_repaired_total";
    public const string HealsWaiting = "heals_waiting";
    public const string HealsRunning = "heals_running";
    public const string VersionsEndangered = "versions_endangered";
    public const string VersionsUnreadable = "versions_unreadable";
    public const string DrivesOnline = "drives_online";
    public const string DrivesConfigured = "drives_configured";

    /// <summary>What the history keeps: everything but what is made of others.</summary>
    public static IReadOnlyList<HealthMetric> Columns { get; } =
    [
        new(ObjectsTotal, HealthMetricKind.Gauge, "count", "Total number of objects in the system") { Aliases = ["objects"], IsOriginal = true },
        new(ScanRateObjects, HealthMetricKind.Rate, "ops", "Object scanning rate") { Aliases = ["scan_rate"], IsOriginal = true },
        new(ScanRateBytes, HealthMetricKind.Rate, "bytes_per_second", "Bytes that scans read in a second") { Aliases = ["scan_bandwidth"] },
        new(ObjectsScanned, HealthMetricKind.Counter, "count", "Objects that scans have looked at") { Aliases = ["objects_scanned"] },
        new(BytesScanned, HealthMetricKind.Counter, "bytes", "Bytes of shards and metadata that scans have read") { Aliases = ["bytes_scanned"] },
        new(ScansRunning, HealthMetricKind.Gauge, "count", "Scans that run"),
        new(ScansWaiting, HealthMetricKind.Gauge, "count", "Scans that wait for their turn or are paused"),
        .. BySeverity(IssuesDetected, HealthMetricKind.Counter, "Total health issues detected", isOriginal: true),
        .. BySeverity(OpenIssues, HealthMetricKind.Gauge, "Health issues that stand", isOriginal: false),
        new(HealsCompleted, HealthMetricKind.Counter, "count", "Repairs that were completed") { Aliases = ["heals_completed"] },
        new(HealsFailed, HealthMetricKind.Counter, "count", "Repairs that failed") { Aliases = ["heals_failed"] },
        new(HealSeconds, HealthMetricKind.Counter, "seconds", "Time that repairs took, without waiting"),
        new(ShardsRepaired, HealthMetricKind.Counter, "count", "Shards and records that repairs made") { Aliases = ["shards_repaired"] },
        new(HealsWaiting, HealthMetricKind.Gauge, "count", "Repairs that wait") { Aliases = ["heal_queue", "queue_length"] },
        new(HealsRunning, HealthMetricKind.Gauge, "count", "Repairs that run"),
        new(VersionsEndangered, HealthMetricKind.Gauge, "count", "Versions that nothing more may happen to, by the newest scan of each set") { Aliases = ["at_limit"] },
        new(VersionsUnreadable, HealthMetricKind.Gauge, "count", "Versions that a server cannot read as they are, by the newest scan of each set"),
        new(DrivesOnline, HealthMetricKind.Gauge, "count", "Drives of the pools that are there"),
        new(DrivesConfigured, HealthMetricKind.Gauge, "count", "Drives that are configured"),
    ];

    /// <summary>Everything that can be asked for.</summary>
    public static IReadOnlyList<HealthMetric> All { get; } =
    [
        .. Columns,
        new(HealSuccessRate, HealthMetricKind.Ratio, "ratio", "Healing operation success rate") { Of = (HealsCompleted, HealsFailed), IsOriginal = true },
    ];

    private static readonly FrozenDictionary<string, HealthMetric[]> ByName = All
        .SelectMany(metric => metric.Aliases.Append(metric.Name).Append(metric.Family).Distinct(), (metric, name) => (metric, name))
        .GroupBy(pair => pair.name, pair => pair.metric).ToFrozenDictionary(group => group.Key, group => group.ToArray());

    private static readonly FrozenDictionary<string, int> ColumnByName = Columns.Select((metric, column) => (metric.Name, column)).ToFrozenDictionary(pair => pair.Name, pair => pair.column);

    /// <summary>Every name and alias.</summary>
    public static IEnumerable<string> Names => ByName.Keys;

    /// <summary>Those of a name, an alias or a family; none where there is no such name.</summary>
    public static IReadOnlyList<HealthMetric> Find(string name) => ByName.GetValueOrDefault(name) ?? [];

    /// <summary>The column of a metric that has one.</summary>
    public static int ColumnOf(string name) => ColumnByName[name];

    private static IEnumerable<HealthMetric> BySeverity(string family, HealthMetricKind kind, string help, bool isOriginal) =>
        Enum.GetValues<Severity>().OrderDescending().Select(severity => severity.ToString().ToLowerInvariant()).Select(word =>
            new HealthMetric($"{family}_{word}", kind, "count", help) { Family = family, Label = ("severity", word), IsOriginal = isOriginal });
}
