using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Weir.Erasure.Drives.Verifying;
using Weir.Feed.Disks;

namespace Weir.Health.Scanning.Jobs;

/// <summary>
/// The scans as files below the state directory: <c>scans/ID.json</c> with where each is, replaced as a whole, and <c>scans/ID.issues</c> with what it found, a
/// line each, of which as many bytes count as the first file says. What a crash left behind it is cut away.
/// </summary>
internal sealed class ScanJobStore
{
    private const int Format = 1;
    private const long MaxBytes = 64 << 20, MaxIssueBytes = 1L << 30;
    private const string Suffix = ".json", IssuesSuffix = ".issues";

    private readonly IDisk _disk;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _directory;

    /// <exception cref="IOException">The directory cannot be made.</exception>
    public ScanJobStore(IDisk disk, string stateDirectory, TimeProvider time, ILogger logger)
    {
        _disk = disk;
        _time = time;
        _logger = logger;
        _directory = Path.Combine(stateDirectory, "scans");
        disk.CreateDirectory(_directory);
        // A process that was killed may have left files that are seen and not yet durable: what goes on from them must not fall behind them.
        disk.SyncDirectory(_directory);
    }

    /// <summary>All that there are. One that cannot be read is named and left out.</summary>
    public List<ScanJob> Load()
    {
        var jobs = new List<ScanJob>();
        foreach (string name in _disk.List(_directory).Where(name => name.EndsWith(Suffix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            string path = Path.Combine(_directory, name);
            try
            {
                if (StateFile.Read(_disk, path, MaxBytes) is not { } content) continue;
                using JsonDocument document = JsonDocument.Parse(content);
                ScanJob job = Read(document.RootElement);
                ReadIssues(job);
                jobs.Add(job);
            }
            catch (Exception error) when (error is IOException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
            {
                ScanLog.StateUnusable(_logger, path, error.Message);
            }
        }

        return jobs;
    }

    /// <summary>Keeps a job, and the issues that were found since the last time.</summary>
    /// <exception cref="IOException">It could not be written; what was kept before still is.</exception>
    public void Save(ScanJob job, IReadOnlyList<HealthIssue> found)
    {
        if (found.Count > 0) AppendIssues(job, found);
        var content = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(content))
        {
            lock (job.Gate) Write(json, job);
        }

        StateFile.Replace(_disk, Path.Combine(_directory, job.Id + Suffix), content.WrittenSpan);
    }

    /// <exception cref="IOException">It could not be removed.</exception>
    public void Remove(ScanJob job)
    {
        _disk.Delete(Path.Combine(_directory, job.Id + Suffix));
        _disk.Delete(Path.Combine(_directory, job.Id + IssuesSuffix));
    }

    /// <summary>Where the catalogue of a unit is.</summary>
    public string CataloguePath(string unit) => Path.Combine(_directory, $"{unit.Replace('/', '_')}.catalogue");

    /// <summary>Where a scan makes the next one.</summary>
    public string NewCataloguePath(string unit, ScanJob job) => Path.Combine(_directory, $"{unit.Replace('/', '_')}.{job.Id}.new");

    /// <summary>Puts the catalogue of a unit that is done into its place.</summary>
    /// <exception cref="IOException">It could not be; the one before is still there.</exception>
    public void ReplaceCatalogue(string unit, ScanJob job)
    {
        string made = NewCataloguePath(unit, job);
        if (!_disk.FileExists(made)) return;
        _disk.Rename(made, CataloguePath(unit));
        _disk.SyncDirectory(_directory);
    }

    /// <summary>Removes what a scan that has ended leaves of catalogues.</summary>
    /// <exception cref="IOException">It could not be removed.</exception>
    public void DropCatalogues(ScanJob job)
    {
        foreach (string name in _disk.List(_directory).Where(name => name.EndsWith($".{job.Id}.new", StringComparison.Ordinal))) _disk.Delete(Path.Combine(_directory, name));
    }

    private void AppendIssues(ScanJob job, IReadOnlyList<HealthIssue> found)
    {
        var content = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(content))
        {
            foreach (HealthIssue issue in found)
            {
                HealthJson.WriteIssue(json, issue);
                json.Flush();
                json.Reset();
                content.Write("\n"u8);
            }
        }

        using IDiskFile file = _disk.OpenWrite(Path.Combine(_directory, job.Id + IssuesSuffix));
        file.Truncate(job.IssueFileBytes);
        file.Write(content.WrittenSpan, job.IssueFileBytes);
        file.Sync();
        job.IssueFileBytes += content.WrittenCount;
    }

    private void ReadIssues(ScanJob job)
    {
        if (job.IssueFileBytes == 0 || StateFile.Read(_disk, Path.Combine(_directory, job.Id + IssuesSuffix), MaxIssueBytes) is not { } content) return;
        ReadOnlySpan<byte> rest = content.AsSpan(0, (int)Math.Min(content.Length, job.IssueFileBytes));
        while (rest.IndexOf((byte)'\n') is >= 0 and int end)
        {
            var reader = new Utf8JsonReader(rest[..end]);
            using JsonDocument line = JsonDocument.ParseValue(ref reader);
            if (HealthJson.ReadIssue(line.RootElement) is { } issue) job.Restore(issue);
            rest = rest[(end + 1)..];
        }
    }

    private static void Write(Utf8JsonWriter json, ScanJob job)
    {
        json.WriteStartObject();
        json.WriteNumber("format", Format);
        json.WriteString("id", job.Id);
        json.WriteStartObject("request");
        HealthJson.WriteScanRequest(json, job.Request);
        json.WriteEndObject();
        json.WriteString("mode", job.Mode.ToString());
        json.WriteString("state", job.State.ToString());
        json.WriteString("requested_at", job.RequestedAt);
        WriteTime(json, "started_at", job.StartedAt);
        WriteTime(json, "ended_at", job.EndedAt);
        WriteTime(json, "resumes_at", job.ResumesAt);
        json.WriteString("error", job.Error);
        json.WriteNumber("objects", job.Objects);
        json.WriteNumber("bytes", job.Bytes);
        json.WriteNumber("issues", job.Issues);
        json.WriteNumber("issue_file_bytes", job.IssueFileBytes);
        json.WriteNumber("seconds", job.Elapsed.TotalSeconds);
        if (job.EstimatedObjects is { } objects) json.WriteNumber("estimated_objects", objects);
        if (job.EstimatedDuration is { } duration) json.WriteNumber("estimated_seconds", duration.TotalSeconds);
        if (job.Estimate is { } estimate)
        {
            json.WriteStartArray("estimate");
            foreach (double value in (double[])[estimate.Objects, estimate.Issues, estimate.Low, estimate.High]) json.WriteNumberValue(value);
            json.WriteEndArray();
        }

        json.WriteStartArray("priority_buckets");
        foreach (string bucket in job.PriorityBuckets) json.WriteStringValue(bucket);
        json.WriteEndArray();
        json.WriteStartObject("positions");
        foreach ((string unit, string position) in job.Positions) json.WriteString(unit, position);
        json.WriteEndObject();
        json.WriteStartArray("done");
        foreach (string unit in job.Done) json.WriteStringValue(unit);
        json.WriteEndArray();
        json.WriteStartObject("catalogue_bytes");
        foreach ((string unit, long bytes) in job.CatalogueBytes) json.WriteNumber(unit, bytes);
        json.WriteEndObject();
        json.WriteStartArray("sample");
        foreach (double value in (double[])[job.Sample.Objects, job.Sample.Found, job.Sample.Estimate, job.Sample.Variance, job.Sample.Least]) json.WriteNumberValue(value);
        json.WriteEndArray();
        json.WritePropertyName("tally");
        job.Tally.Write(json);
        json.WriteEndObject();
    }

    private ScanJob Read(JsonElement root)
    {
        if (root.GetProperty("format").GetInt32() != Format) throw new FormatException("it is of another version of this program");
        ScanRequest request = HealthJson.ReadScanRequest(root.GetProperty("request"), out string problem) ?? throw new FormatException(problem);
        var job = new ScanJob(root.GetProperty("id").GetString()!, request, root.GetProperty("requested_at").GetDateTimeOffset(), _time)
        {
            Mode = Enum.Parse<VerifyMode>(root.GetProperty("mode").GetString()!),
            State = Enum.Parse<ScanState>(root.GetProperty("state").GetString()!),
            StartedAt = ReadTime(root, "started_at"),
            EndedAt = ReadTime(root, "ended_at"),
            ResumesAt = ReadTime(root, "resumes_at"),
            Error = root.GetProperty("error").GetString(),
            Objects = root.GetProperty("objects").GetInt64(),
            Bytes = root.GetProperty("bytes").GetInt64(),
            Issues = root.GetProperty("issues").GetInt64(),
            IssueFileBytes = root.GetProperty("issue_file_bytes").GetInt64(),
            EarlierElapsed = TimeSpan.FromSeconds(root.GetProperty("seconds").GetDouble()),
            EstimatedObjects = root.TryGetProperty("estimated_objects", out JsonElement objects) ? objects.GetInt64() : null,
            EstimatedDuration = root.TryGetProperty("estimated_seconds", out JsonElement seconds) ? TimeSpan.FromSeconds(seconds.GetDouble()) : null,
            Estimate = root.TryGetProperty("estimate", out JsonElement values) ? new((long)values[0].GetDouble(), values[1].GetDouble(), values[2].GetDouble(), values[3].GetDouble()) : null,
            PriorityBuckets = [.. root.GetProperty("priority_buckets").EnumerateArray().Select(bucket => bucket.GetString()!)],
            Tally = ScanTally.Read(root.GetProperty("tally")),
        };
        foreach (JsonProperty position in root.GetProperty("positions").EnumerateObject()) job.Positions[position.Name] = position.Value.GetString()!;
        foreach (JsonProperty unit in root.GetProperty("catalogue_bytes").EnumerateObject()) job.CatalogueBytes[unit.Name] = unit.Value.GetInt64();
        JsonElement sample = root.GetProperty("sample");
        (job.Sample.Objects, job.Sample.Found) = ((long)sample[0].GetDouble(), (long)sample[1].GetDouble());
        (job.Sample.Estimate, job.Sample.Variance, job.Sample.Least) = (sample[2].GetDouble(), sample[3].GetDouble(), sample[4].GetDouble());
        foreach (JsonElement unit in root.GetProperty("done").EnumerateArray()) job.Done.Add(unit.GetString()!);
        return job;
    }

    private static DateTimeOffset? ReadTime(JsonElement root, string name) => root.GetProperty(name) is { ValueKind: JsonValueKind.String } time ? time.GetDateTimeOffset() : null;

    private static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } known) json.WriteString(name, known);
        else json.WriteNull(name);
    }
}
