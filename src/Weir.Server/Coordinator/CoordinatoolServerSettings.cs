using Weir.Server.Configuration;

namespace Weir.Server.Coordinator;

/// <summary>What the original's file and variables say to a server, in our keys.</summary>
public static class CoordinatoolServerSettings
{
    private const string Section = "coordinator";

    public static IEnumerable<ConfigurationSetting> Read(CoordinatoolFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        if ((file.Find("host") ?? file.Find("port")) is { } place)
        {
            string host = file.Find("host")?.Text ?? "coordinatool";
            yield return Make("listen", Place(host, file.Find("port")?.Text ?? "5123"), place.Source);
        }

        // Its movers speak nothing else.
        if (file.HasFile) yield return Make("plain_tcp", "true", (file.Find("host") ?? file.Find("port"))?.Source ?? ConfigurationSource.Default);
        if (file.FindAll("archive_id") is { Count: > 0 } ids) yield return Make("archive_ids", ids);
        IReadOnlyList<ConfigurationValue> mappings = [.. file.FindAll("archive_on_hosts").Concat(file.FindAll("archive_on_hosts_ch")).OrderBy(value => value.Source.Line)];
        if (mappings.Count > 0) yield return Make("archive_on_hosts", mappings);
        if (file.Find("redis_host") is { } redis) yield return Make("redis_host", redis.Text, redis.Source);
        if (file.Find("redis_port") is { } redisPort) yield return Make("redis_port", redisPort.Text, redisPort.Source);
        if (file.Find("client_grace_ms") is { } grace) yield return Make("client_grace", grace.Text + "ms", grace.Source);
        if (file.Find("batch_archives_slices_sec") is { } slices)
        {
            string[] times = slices.Text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            yield return Make("batch_idle", times.Length > 0 ? times[0] + "s" : "", slices.Source);
            if (times.Length > 1) yield return Make("batch_max", times[1] + "s", slices.Source);
        }

        if (file.Find("batch_archives_slots_per_client") is { } slots) yield return Make("batch_slots", slots.Text, slots.Source);
        if (file.Find("reporting_dir") is { } directory) yield return Make("reporting_dir", directory.Text, directory.Source);
        if (file.Find("reporting_hint") is { } hint) yield return Make("reporting_hint", hint.Text, hint.Source);
        if (file.Find("reporting_schedule_interval_ms") is { } interval) yield return Make("reporting_interval", interval.Text + "ms", interval.Source);
    }

    /// <summary>A host and a port as one.</summary>
    public static string Place(string host, string port) => host.Contains(':', StringComparison.Ordinal) && host[0] != '[' ? $"[{host}]:{port}" : $"{host}:{port}";

    /// <summary>Our log level for the original's <c>verbose</c>.</summary>
    public static string? LogLevel(string? verbose) => verbose?.ToLowerInvariant() switch
    {
        "debug" => "debug",
        "info" or "normal" => "info",
        "warn" => "warning",
        "error" => "error",
        "fatal" => "critical",
        "off" => "none",
        _ => null,
    };

    private static ConfigurationSetting Make(string key, string value, ConfigurationSource source) => new(Section, key, new ConfigurationValue(value, source));

    private static ConfigurationSetting Make(string key, IReadOnlyList<ConfigurationValue> values) =>
        new(Section, key, new ConfigurationValue([.. values.Select(value => value.Text)], true, values[0].Source));
}
