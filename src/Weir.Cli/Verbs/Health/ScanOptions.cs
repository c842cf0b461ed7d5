using System.Buffers;
using System.CommandLine;
using System.Text;
using System.Text.Json;
using Weir.Cli.Running;

namespace Weir.Cli.Verbs.Health;

/// <summary>What a scan is asked for with.</summary>
internal sealed class ScanOptions
{
    private readonly Option<string?> _strategy = new("--strategy") { HelpName = "STRATEGY", Description = "start: Full, Incremental, Smart or Targeted." };
    private readonly Option<string?> _mode = new("--mode") { HelpName = "MODE", Description = "start: Quick, Normal or Deep; otherwise as the policy says." };
    private readonly Option<string?> _priority = new("--priority") { HelpName = "PRIORITY", Description = "start: Low, Normal, High, Critical or Emergency." };
    private readonly Option<string[]> _buckets = new("--bucket") { HelpName = "BUCKET", Description = "start: only this bucket; may be given again." };
    private readonly Option<string[]> _prefixes = new("--prefix") { HelpName = "BUCKET/PREFIX", Description = "start: what begins with this; may be given again." };
    private readonly Option<string[]> _objects = new("--object") { HelpName = "BUCKET/KEY", Description = "start: this object; may be given again." };
    private readonly Option<string[]> _driveTargets = new("--drive") { HelpName = "PATH", Description = "start: what is on this drive, which the daemon has; may be given again." };
    private readonly Option<string?> _since = new("--since") { HelpName = "TIME", Description = "start, Incremental: what changed from then on, as 2026-01-31T12:00:00Z." };
    private readonly Option<double?> _rate = new("--sample-rate") { HelpName = "PART", Description = "start, Smart: the part of the objects to look at, above 0 and at most 1." };
    private readonly Option<bool> _evenly = new("--evenly") { Description = "start, Smart: favour nothing." };
    private readonly Option<long?> _most = new("--max-objects") { HelpName = "NUMBER", Description = "start: end after so many." };
    private readonly Option<bool> _system = new("--system-objects") { Description = "start: the servers' own buckets too." };

    public IReadOnlyList<Option> All => [_strategy, _mode, _priority, _buckets, _prefixes, _objects, _driveTargets, _since, _rate, _evenly, _most, _system];

    /// <summary>The request's body.</summary>
    public string Body(Invocation run)
    {
        string[] prefixes = run.Get(_prefixes) ?? [], objects = run.Get(_objects) ?? [], drives = run.Get(_driveTargets) ?? [], buckets = run.Get(_buckets) ?? [];
        string strategy = run.Get(_strategy) ?? (prefixes.Length + objects.Length + drives.Length > 0 ? "Targeted" : "Full");
        bool isTargeted = strategy.Equals("Targeted", StringComparison.OrdinalIgnoreCase);
        if (!isTargeted && prefixes.Length + objects.Length + drives.Length > 0) throw new UsageException("--prefix, --object and --drive go with --strategy Targeted");
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteStartObject("strategy");
            json.WriteString("type", strategy);
            if (run.Get(_mode) is { } mode) json.WriteString("mode", mode);
            if (run.Get(_since) is { } since) json.WriteString("since", since);
            if (run.Get(_rate) is { } rate) json.WriteNumber("sample_rate", rate);
            if (run.Get(_evenly)) json.WriteBoolean("favor_unscanned", false);
            WriteScope(json, run, isTargeted ? [] : buckets);
            if (isTargeted) WriteTargets(json, buckets, prefixes, objects, drives);
            json.WriteEndObject();
            if (run.Get(_priority) is { } priority) json.WriteString("priority", priority);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(body.WrittenSpan);
    }

    private void WriteScope(Utf8JsonWriter json, Invocation run, string[] buckets)
    {
        json.WriteStartObject("scope");
        if (buckets.Length > 0)
        {
            json.WriteStartArray("buckets");
            foreach (string bucket in buckets) json.WriteStringValue(bucket);
            json.WriteEndArray();
        }

        if (run.Get(_system)) json.WriteBoolean("include_system_objects", true);
        if (run.Get(_most) is { } most) json.WriteNumber("max_objects", most);
        json.WriteEndObject();
    }

    private static void WriteTargets(Utf8JsonWriter json, string[] buckets, string[] prefixes, string[] objects, string[] drives)
    {
        json.WriteStartArray("targets");
        foreach (string bucket in buckets) WriteTarget(json, ("bucket", bucket));
        foreach (string prefix in prefixes) WriteTarget(json, ("bucket", Split(prefix, "--prefix").Bucket), ("prefix", Split(prefix, "--prefix").Key));
        foreach (string key in objects) WriteTarget(json, ("bucket", Split(key, "--object").Bucket), ("object", Split(key, "--object").Key));
        foreach (string drive in drives) WriteTarget(json, ("drive", Path.GetFullPath(drive)));
        json.WriteEndArray();
    }

    private static void WriteTarget(Utf8JsonWriter json, params ReadOnlySpan<(string Name, string Value)> members)
    {
        json.WriteStartObject();
        foreach ((string name, string value) in members) json.WriteString(name, value);
        json.WriteEndObject();
    }

    private static (string Bucket, string Key) Split(string text, string option)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && slash + 1 < text.Length ? (text[..slash], text[(slash + 1)..]) : throw new UsageException($"{option}: '{text}' is not BUCKET/KEY");
    }
}
