using System.Collections.Frozen;
using System.Globalization;
using Weir.Server.Configuration.Yaml;

namespace Weir.Server.Configuration.Originals;

/// <summary>
/// <c>hsm_action_shipper.yaml</c> of the Python tools, both generations, and the files of the other tools, <c>hsm_stream_janitor.yaml</c>
/// among them: flat mappings that share most keys. What they say is put into our keys; what this version has no use for is noted; what the
/// tools did not know either is an error.
/// </summary>
public sealed class OriginalShipperConfiguration
{
    private const string StreamName = "redis_stream_name";
    private const string StreamPrefix = "redis_stream_prefix";

    private static readonly FrozenDictionary<string, string> Unused = new Dictionary<string, string>
    {
        ["trim_chunk_size"] = "a trim is exact, and the feed decides how it goes about it",
        ["aggressive_trim_threshold"] = "a trim is exact, and the feed decides how it goes about it",
        ["use_approximate_trimming"] = "a trim is exact, and the feed decides how it goes about it",
    }.ToFrozenDictionary();

    /// <summary>Their keys that go into one of ours as they are.</summary>
    private static readonly FrozenDictionary<string, (string Section, string Key)> Direct = new Dictionary<string, (string, string)>
    {
        ["mdt_watch_glob"] = ("hsm", "actions"),
        ["poll_interval"] = ("hsm", "poll_interval"),
        ["heartbeat_interval"] = ("hsm", "heartbeat_interval"),
        ["cache_path"] = ("hsm", "snapshot"),
        ["mountpoint"] = ("hsm", "mountpoint"),
        ["reconcile_interval"] = ("hsm", "reconcile_interval"),
        ["operation_interval_seconds"] = ("hsm", "operation_interval"),
        ["stale_action_timeout_seconds"] = ("hsm", "stale_action_timeout"),
    }.ToFrozenDictionary();

    private static readonly string[] Others = ["redis_host", "redis_port", "redis_db", StreamName, StreamPrefix, "log_level", "log_file", "xdel_reaped"];

    private readonly List<ConfigurationSetting> _settings = [];
    private readonly List<ConfigurationProblem> _problems = [];
    private readonly List<string> _notes = [];

    private OriginalShipperConfiguration() { }

    /// <summary>What the file says, in our keys.</summary>
    public IReadOnlyList<ConfigurationSetting> Settings => _settings;

    public IReadOnlyList<ConfigurationProblem> Problems => _problems;

    /// <summary>What the file says that has no effect here, one sentence each.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>The file's <c>log_level</c>; null when it has none.</summary>
    public string? LogLevel { get; private set; }

    /// <summary>The file's <c>log_file</c>; null when it has none.</summary>
    public string? LogFile { get; private set; }

    /// <summary>Whether the janitor is asked to delete the records of stale actions one by one.</summary>
    public bool XdelReaped { get; private set; }

    private static IEnumerable<string> KnownKeys => [.. Direct.Keys, .. Others, .. Unused.Keys];

    /// <summary>Whether a file with these top-level keys is one of theirs: it has a key of theirs, and none of our sections.</summary>
    internal static bool Recognizes(IEnumerable<string> keys)
    {
        string[] all = [.. keys];
        return all.Any(KnownKeys.Contains) && !all.Any(ConfigurationSchema.Sections.Contains);
    }

    internal static OriginalShipperConfiguration Read(string path, YamlMapping mapping)
    {
        var result = new OriginalShipperConfiguration();
        var values = new Dictionary<string, ConfigurationValue>(StringComparer.Ordinal);
        foreach (YamlEntry entry in mapping.Entries)
        {
            var source = new ConfigurationSource(path, entry.Line);
            if (!KnownKeys.Contains(entry.Key))
                result._problems.Add(new(source, entry.Key, $"the tools have no such setting{Suggestion.Phrase(entry.Key, KnownKeys)}"));
            else if (Unused.TryGetValue(entry.Key, out string? reason))
                result._notes.Add($"{source}: {entry.Key} has no effect: {reason}");
            else if (entry.Key == "log_file" && entry.Value is YamlScalar { IsEmpty: true })
                continue; // as the tools' own example writes it: no file
            else if (entry.Value is not YamlScalar { IsEmpty: false } scalar)
                result._problems.Add(new(source, entry.Key, "one plain value is expected"));
            else
                values[entry.Key] = new(scalar.Text, source);
        }

        foreach ((string key, ConfigurationValue value) in values)
        {
            if (Direct.TryGetValue(key, out (string Section, string Key) ours)) result._settings.Add(new(ours.Section, ours.Key, value));
        }

        result.LogLevel = values.GetValueOrDefault("log_level")?.Text;
        result.LogFile = values.GetValueOrDefault("log_file")?.Text;
        if (values.GetValueOrDefault("xdel_reaped") is { } xdel) result.ReadTruth(xdel, "xdel_reaped");
        result.ReadRedis(values);
        result.ReadStream(values);
        return result;
    }

    internal void AddTo(EffectiveConfiguration configuration)
    {
        foreach (ConfigurationProblem problem in _problems) configuration.AddProblem(problem);
        foreach (ConfigurationSetting setting in _settings) configuration.Apply(setting);
        configuration.AddOriginal(this);
    }

    private void ReadRedis(Dictionary<string, ConfigurationValue> values)
    {
        ConfigurationValue? host = values.GetValueOrDefault("redis_host"), port = values.GetValueOrDefault("redis_port");
        ConfigurationValue? database = values.GetValueOrDefault("redis_db");
        if ((host ?? port ?? database) is not { } first) return;
        // Their default database is 1.
        int portNumber = ReadNumber(port, "redis_port", 1, 65535, 6379), databaseNumber = ReadNumber(database, "redis_db", 0, 65535, 1);
        string name = host?.Text ?? "localhost";
        if (name.Contains(':', StringComparison.Ordinal) && !name.StartsWith('[')) name = $"[{name}]";
        _settings.Add(new("feed", "url", new(string.Create(CultureInfo.InvariantCulture, $"redis://{name}:{portNumber}/{databaseNumber}"), first.Source)));
    }

    private void ReadStream(Dictionary<string, ConfigurationValue> values)
    {
        ConfigurationValue? name = values.GetValueOrDefault(StreamName), prefix = values.GetValueOrDefault(StreamPrefix);
        if (name is not null && prefix is not null)
        {
            _problems.Add(new(prefix.Source, StreamPrefix, $"stands beside {StreamName}; the first is for a stream per MDT, the second for one stream"));
            return;
        }

        if ((name ?? prefix) is not { } topic) return;
        _settings.Add(new("hsm", "layout", new(name is null ? "per-mdt" : "single", topic.Source)));
        _settings.Add(new("hsm", "topic", topic));
    }

    private void ReadTruth(ConfigurationValue value, string key)
    {
        // YAML 1.1, which the tools read, has more words for it than these; nobody wrote them here.
        if (value.Text.ToLowerInvariant() is not ("true" or "yes" or "on" or "false" or "no" or "off"))
            _problems.Add(new(value.Source, key, $"'{value.Text}' is neither true nor false"));
        else if (value.Text.ToLowerInvariant() is "true" or "yes" or "on")
            XdelReaped = true;
    }

    private int ReadNumber(ConfigurationValue? value, string key, int least, int most, int otherwise)
    {
        if (value is null) return otherwise;
        if (int.TryParse(value.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most) return number;
        _problems.Add(new(value.Source, key, $"'{value.Text}' is not a number from {least} to {most}"));
        return otherwise;
    }
}
