using System.Buffers;
using System.Text.Json;
using Weir.Erasure.Drives.Verifying;
using Weir.Health.Scanning.Jobs;

namespace Weir.Health.Scanning;

/// <summary>
/// What the last complete scans counted, bucket by bucket of each set: the base of estimates and of the redundancy ledger. Kept in a file.
/// Thread-safe.
/// </summary>
public sealed class ScanInventory
{
    private const string FileName = "inventory.json";
    private const int Format = 1;
    private const long MaxBytes = 64 << 20;

    private readonly Lock _gate = new();
    private readonly ScanServiceOptions _options;
    private readonly Dictionary<(int Pool, int Set, string Bucket), (long Objects, Dictionary<int, long> Margins)> _rows = [];
    private readonly Dictionary<VerifyMode, double> _secondsPerObject = [];
    private DateTimeOffset? _countedAt;

    internal ScanInventory(ScanServiceOptions options)
    {
        _options = options;
        Load();
    }

    /// <summary>Objects in all pools; null before a scan of everything has completed.</summary>
    public long? Objects
    {
        get
        {
            lock (_gate) return _countedAt is null ? null : _rows.Values.Sum(row => row.Objects);
        }
    }

    /// <summary>When the scan of everything ended that counted last; null before one has.</summary>
    public DateTimeOffset? CountedAt
    {
        get
        {
            lock (_gate) return _countedAt;
        }
    }

    /// <summary>How many versions can lose how many more shards, by set and bucket: the newest count of each.</summary>
    public IReadOnlyList<(int Pool, int Set, string Bucket, int Margin, long Versions)> Redundancy
    {
        get
        {
            lock (_gate)
            {
                return [.. _rows.SelectMany(row => row.Value.Margins.Where(margin => margin.Value > 0).Select(margin => (row.Key.Pool, row.Key.Set, row.Key.Bucket, margin.Key, margin.Value)))];
            }
        }
    }

    /// <summary>How many objects there are in buckets; null before they were counted.</summary>
    internal long? Count(Func<string, bool> buckets)
    {
        lock (_gate) return _countedAt is null ? null : _rows.Where(row => buckets(row.Key.Bucket)).Sum(row => row.Value.Objects);
    }

    /// <summary>How long so many objects took lately; null before any were looked at in this mode.</summary>
    internal TimeSpan? Duration(VerifyMode mode, long objects)
    {
        lock (_gate) return _secondsPerObject.TryGetValue(mode, out double seconds) ? TimeSpan.FromSeconds(seconds * objects) : null;
    }

    /// <summary>A scan has looked at every object of its buckets.</summary>
    /// <param name="tally">What it counted.</param>
    /// <param name="buckets">Its buckets.</param>
    /// <param name="isWhole">Whether these are all.</param>
    /// <param name="mode">How it looked.</param>
    /// <param name="elapsed">How long it took.</param>
    /// <param name="endedAt">When it ended.</param>
    internal void Take(ScanTally tally, Func<string, bool> buckets, bool isWhole, VerifyMode mode, TimeSpan elapsed, DateTimeOffset endedAt)
    {
        lock (_gate)
        {
            bool hasMargins = mode != VerifyMode.Quick;
            Dictionary<(int, int, string), Dictionary<int, long>> before = _rows.ToDictionary(row => row.Key, row => row.Value.Margins);
            foreach ((int Pool, int Set, string Bucket) key in _rows.Keys.Where(key => buckets(key.Bucket) || key.Bucket == "*").ToArray()) _rows.Remove(key);
            foreach ((int pool, int set, string bucket, long objects, IReadOnlyDictionary<int, long> margins) in tally.Rows)
            {
                // Who looked from outside alone does not know the margins: the last known stand.
                Dictionary<int, long> own = hasMargins ? margins.ToDictionary() : before.GetValueOrDefault((pool, set, bucket)) ?? [];
                _rows[(pool, set, bucket)] = (objects, own);
            }

            if (isWhole) _countedAt = endedAt;
            if (tally.Objects is > 0 and var all) _secondsPerObject[mode] = elapsed.TotalSeconds / all;
        }

        Save();
    }

    private void Save()
    {
        var content = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(content))
        {
            lock (_gate) Write(json);
        }

        string path = Path.Combine(_options.StateDirectory, FileName);
        try
        {
            StateFile.Replace(_options.Disk, path, content.WrittenSpan);
        }
        catch (IOException error)
        {
            ScanLog.StateNotWritten(_options.Logger, path, error.Message);
        }
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("format", Format);
        if (_countedAt is { } at) json.WriteString("counted_at", at);
        json.WriteStartObject("seconds_per_object");
        foreach ((VerifyMode mode, double seconds) in _secondsPerObject) json.WriteNumber(mode.ToString(), seconds);
        json.WriteEndObject();
        json.WriteStartArray("rows");
        foreach (((int pool, int set, string bucket), (long objects, Dictionary<int, long> margins)) in _rows)
        {
            json.WriteStartObject();
            json.WriteNumber("pool", pool);
            json.WriteNumber("set", set);
            json.WriteString("bucket", bucket);
            json.WriteNumber("objects", objects);
            json.WriteStartArray("margins");
            foreach ((int margin, long versions) in margins)
            {
                json.WriteNumberValue(margin);
                json.WriteNumberValue(versions);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void Load()
    {
        string path = Path.Combine(_options.StateDirectory, FileName);
        try
        {
            if (StateFile.Read(_options.Disk, path, MaxBytes) is not { } content) return;
            using JsonDocument document = JsonDocument.Parse(content);
            JsonElement root = document.RootElement;
            if (root.GetProperty("format").GetInt32() != Format) throw new FormatException("it is of another version of this program");
            foreach (JsonElement row in root.GetProperty("rows").EnumerateArray())
            {
                var margins = new Dictionary<int, long>();
                JsonElement pairs = row.GetProperty("margins");
                for (int i = 0; i + 1 < pairs.GetArrayLength(); i += 2) margins[pairs[i].GetInt32()] = pairs[i + 1].GetInt64();
                _rows[(row.GetProperty("pool").GetInt32(), row.GetProperty("set").GetInt32(), row.GetProperty("bucket").GetString()!)] = (row.GetProperty("objects").GetInt64(), margins);
            }

            foreach (JsonProperty mode in root.GetProperty("seconds_per_object").EnumerateObject()) _secondsPerObject[Enum.Parse<VerifyMode>(mode.Name)] = mode.Value.GetDouble();
            if (root.TryGetProperty("counted_at", out JsonElement at)) _countedAt = at.GetDateTimeOffset();
        }
        catch (Exception error) when (error is IOException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            _rows.Clear();
            ScanLog.StateUnusable(_options.Logger, path, error.Message);
        }
    }
}
