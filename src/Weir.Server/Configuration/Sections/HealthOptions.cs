using Weir.Health.Pools;

namespace Weir.Server.Configuration.Sections;

/// <summary>Section <c>health</c>: scanning and repairing the drives of object stores.</summary>
public sealed class HealthOptions
{
    private const string Section = "health";
    private const int MostPools = 64;

    /// <summary>The drives that are looked after.</summary>
    public IReadOnlyList<HealthPool> Pools { get; set; } = [];

    /// <summary>Whether scanning and repairing begin by themselves.</summary>
    public bool Autostart { get; set; } = true;

    /// <summary>Where catalogues, snapshots and the history of metrics are; null: beside the feed.</summary>
    public string? StateDirectory { get; set; }

    /// <summary>Whether an empty drive that was mounted in the place of a lost one is formatted and rebuilt.</summary>
    public bool ReplacesEmptyDrives { get; set; }

    /// <summary>How often it is looked at which drives are there.</summary>
    public TimeSpan DriveCheckInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The section's keys.</summary>
    public static IReadOnlyList<ConfigurationKey> Keys { get; } =
    [
        ConfigurationKey.List(
            Section, "pools", $"The drives to look after, by pool: each {HealthPoolText.Form}.", MostPools, item => HealthPoolText.Parse(item, out string problem) is null ? problem : null,
            (options, items) => options.Health.Pools = [.. items.Select(item => HealthPoolText.Parse(item, out _)!)], options => [.. options.Health.Pools.Select(HealthPoolText.Format)]) with { TakesMappings = true },
        ConfigurationKey.Choice(
            Section, "autostart", "Whether scanning and repairing begin by themselves; otherwise with POST /admin/system/start.", ["true", "false"],
            (options, word) => options.Health.Autostart = word == "true", options => options.Health.Autostart ? "true" : "false"),
        ConfigurationKey.FilePath(
            Section, "state_dir", "Where catalogues, snapshots and the history of metrics are (unset: beside the feed).", (options, path) => options.Health.StateDirectory = path, options => options.Health.StateDirectory),
        ConfigurationKey.Choice(
            Section, "replace_empty_drives", "Whether an empty drive that is mounted in the place of a lost one is formatted and rebuilt without being asked for.", ["true", "false"],
            (options, word) => options.Health.ReplacesEmptyDrives = word == "true", options => options.Health.ReplacesEmptyDrives ? "true" : "false"),
        ConfigurationKey.Time(
            Section, "drive_check_interval", "How often it is looked at which drives are there.", TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1),
            (options, time) => options.Health.DriveCheckInterval = time, options => options.Health.DriveCheckInterval),
    ];

    /// <summary>What does not go together, each with the key to name.</summary>
    public static IEnumerable<(string Key, string Problem)> Validate(HealthOptions health)
    {
        if (Twice(health.Pools.Select(pool => pool.Name)) is { } name) yield return ("pools", $"has two pools of the name '{name}'");
        if (Twice(health.Pools.SelectMany(pool => pool.Drives).Select(drive => Path.TrimEndingDirectorySeparator(Path.GetFullPath(drive)))) is { } drive) yield return ("pools", $"has the drive {drive} twice");
    }

    private static string? Twice(IEnumerable<string> texts) => texts.GroupBy(text => text, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1)?.Key;
}
