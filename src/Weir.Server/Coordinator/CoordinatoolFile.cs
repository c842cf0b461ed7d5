using System.Globalization;
using System.Text;
using Weir.Server.Configuration;

namespace Weir.Server.Coordinator;

/// <summary>
/// <c>coordinatool.conf</c> and the variables of the original: <c>key value…</c> a line, lines with # are comments, keys in any case. One file
/// serves both the server and the clients. Variables go before the file.
/// </summary>
public sealed class CoordinatoolFile
{
    /// <summary>Read when no other is named, if it is there.</summary>
    public const string DefaultPath = "/etc/coordinatool.conf";

    /// <summary>Names another file.</summary>
    public const string PathVariable = "COORDINATOOL_CONF";

    private const int MaxBytes = 1024 * 1024;
    private const string VariablePrefix = "COORDINATOOL_";

    private static readonly string[] Repeatable = ["archive_id", "archive_on_hosts", "archive_on_hosts_ch"];

    private static readonly string[] Known =
    [
        "host", "port", "verbose", "redis_host", "redis_port", "client_grace_ms", "batch_archives_slices_sec", "batch_archives_slots_per_client", "reporting_dir",
        "reporting_hint", "reporting_schedule_interval_ms", "client_id", "max_restore", "max_archive", "max_remove", "hal_size", .. Repeatable,
    ];

    /// <summary>Variables whose names are not those of their keys.</summary>
    private static readonly Dictionary<string, string> OddVariables = new(StringComparer.Ordinal) { ["CLIENT_GRACE"] = "client_grace_ms" };

    private static readonly string[] Variables =
    [
        "HOST", "PORT", "VERBOSE", "REDIS_HOST", "REDIS_PORT", "CLIENT_GRACE", "CLIENT_ID", "MAX_RESTORE", "MAX_ARCHIVE", "MAX_REMOVE", "HAL_SIZE",
    ];

    private readonly Dictionary<string, List<ConfigurationValue>> _values = new(StringComparer.Ordinal);
    private readonly List<string> _notes = [];

    private CoordinatoolFile() { }

    /// <summary>What was read and has no effect, one sentence each.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Whether a file was read.</summary>
    public bool HasFile { get; private set; }

    /// <param name="path">The file; null: the one that a variable names, or the default one if it is there.</param>
    /// <param name="variables">The environment.</param>
    /// <exception cref="IOException">A file that was named cannot be read.</exception>
    public static CoordinatoolFile Read(string? path, IReadOnlyDictionary<string, string> variables)
    {
        ArgumentNullException.ThrowIfNull(variables);
        var result = new CoordinatoolFile();
        path ??= variables.GetValueOrDefault(PathVariable) is { Length: > 0 } named ? named : null;
        if (path is not null || File.Exists(DefaultPath)) result.ReadFile(path ?? DefaultPath);
        foreach (string name in Variables)
        {
            if (!variables.TryGetValue(VariablePrefix + name, out string? text)) continue;
            string key = OddVariables.GetValueOrDefault(name, name.ToLowerInvariant());
            result._values[key] = [new(text, ConfigurationSource.Variable(VariablePrefix + name))];
        }

        return result;
    }

    /// <summary>Whether a file is one of these, and not YAML: its first setting has no colon after its key.</summary>
    public static bool Recognizes(string path)
    {
        if (!File.Exists(path)) return path.EndsWith(".conf", StringComparison.Ordinal);
        string? first = File.ReadLines(path).Take(1000).Select(line => line.Trim()).FirstOrDefault(line => line.Length > 0 && line[0] != '#');
        string key = (first ?? "").Split([' ', '\t'], 2)[0];
        return first is null ? path.EndsWith(".conf", StringComparison.Ordinal) : Known.Contains(key.ToLowerInvariant()) || (!key.Contains(':', StringComparison.Ordinal) && !key.StartsWith('-'));
    }

    /// <summary>The last value of a key; null when it has none.</summary>
    public ConfigurationValue? Find(string key) => _values.GetValueOrDefault(key)?[^1];

    /// <summary>Every value of a key that may stand several times.</summary>
    public IReadOnlyList<ConfigurationValue> FindAll(string key) => _values.GetValueOrDefault(key) ?? [];

    private void ReadFile(string path)
    {
        using FileStream file = File.OpenRead(path);
        byte[] bytes = new byte[MaxBytes + 1];
        int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (length > MaxBytes) throw new IOException($"{path} is larger than {MaxBytes} bytes");
        HasFile = true;
        string[] lines = Encoding.UTF8.GetString(bytes, 0, length).Split('\n');
        for (int i = 0; i < lines.Length; i++) ReadLine(lines[i].Trim(), new(path, i + 1));
    }

    private void ReadLine(string line, ConfigurationSource source)
    {
        if (line.Length == 0 || line[0] == '#') return;
        int end = line.IndexOfAny([' ', '\t']);
        string key = (end < 0 ? line : line[..end]).ToLowerInvariant(), value = end < 0 ? "" : line[end..].Trim();
        if (!Known.Contains(key)) _notes.Add(string.Create(CultureInfo.InvariantCulture, $"{source}: there is no setting '{key}'; the line has no effect"));
        else if (Repeatable.Contains(key) && _values.TryGetValue(key, out List<ConfigurationValue>? values)) values.Add(new(value, source));
        else _values[key] = [new(value is "''" or "\"\"" ? "" : value, source)];
    }
}
