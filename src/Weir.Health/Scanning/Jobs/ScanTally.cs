using System.Text.Json;
using Weir.Erasure.Drives.Verifying;

namespace Weir.Health.Scanning.Jobs;

/// <summary>What a scan has counted, bucket by bucket of each set: objects, and versions by how many more shards they may lose. Not thread-safe.</summary>
internal sealed class ScanTally
{
    /// <summary>Buckets beyond so many are counted together, under "*".</summary>
    private const int MaxRows = 10_000;

    private readonly Dictionary<(int Pool, int Set, string Bucket), Row> _rows = [];
    private (int Pool, int Set, string Bucket) _lastKey;
    private Row? _last;

    public IEnumerable<(int Pool, int Set, string Bucket, long Objects, IReadOnlyDictionary<int, long> VersionsByMargin)> Rows =>
        _rows.Select(row => (row.Key.Pool, row.Key.Set, row.Key.Bucket, row.Value.Objects, (IReadOnlyDictionary<int, long>)row.Value.Margins));

    public long Objects => _rows.Values.Sum(row => row.Objects);

    public void Add(ObjectVerdict verdict)
    {
        Row row = At(verdict.Pool, verdict.Set, verdict.Name.Bucket);
        row.Objects++;
        // What is of no version has no redundancy; what was only looked at from outside has none that is known.
        foreach (VersionVerdict version in verdict.Versions)
        {
            if (version.VersionId is not null) row.Margins[version.Margin] = row.Margins.GetValueOrDefault(version.Margin) + 1;
        }
    }

    /// <summary>Adds what another has counted.</summary>
    public void Add(ScanTally other)
    {
        foreach (((int pool, int set, string bucket), Row counted) in other._rows)
        {
            Row row = At(pool, set, bucket);
            row.Objects += counted.Objects;
            foreach ((int margin, long versions) in counted.Margins) row.Margins[margin] = row.Margins.GetValueOrDefault(margin) + versions;
        }
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (((int pool, int set, string bucket), Row row) in _rows)
        {
            json.WriteStartObject();
            json.WriteNumber("pool", pool);
            json.WriteNumber("set", set);
            json.WriteString("bucket", bucket);
            json.WriteNumber("objects", row.Objects);
            json.WriteStartArray("margins");
            foreach ((int margin, long versions) in row.Margins)
            {
                json.WriteNumberValue(margin);
                json.WriteNumberValue(versions);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static ScanTally Read(JsonElement rows)
    {
        var tally = new ScanTally();
        foreach (JsonElement given in rows.EnumerateArray())
        {
            Row row = tally.At(given.GetProperty("pool").GetInt32(), given.GetProperty("set").GetInt32(), given.GetProperty("bucket").GetString()!);
            row.Objects += given.GetProperty("objects").GetInt64();
            JsonElement margins = given.GetProperty("margins");
            for (int i = 0; i + 1 < margins.GetArrayLength(); i += 2) row.Margins[margins[i].GetInt32()] = margins[i + 1].GetInt64();
        }

        return tally;
    }

    private Row At(int pool, int set, string bucket)
    {
        // A walk stays in a bucket for long.
        if (_last is { } last && _lastKey.Pool == pool && _lastKey.Set == set && _lastKey.Bucket == bucket) return last;
        if (!_rows.TryGetValue((pool, set, bucket), out Row? row))
        {
            if (_rows.Count >= MaxRows && bucket != "*") return At(pool, set, "*");
            _rows[(pool, set, bucket)] = row = new();
        }

        (_lastKey, _last) = ((pool, set, bucket), row);
        return row;
    }

    private sealed class Row
    {
        public long Objects { get; set; }

        public Dictionary<int, long> Margins { get; } = [];
    }
}
