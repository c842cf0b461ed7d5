using System.Text.Json;
using Weir.Health;

namespace Weir.Server.Health.Web;

/// <summary>Scans in the API's JSON.</summary>
internal static class ScanJson
{
    /// <summary>What is told of a scan that was just taken in.</summary>
    public static void WriteStarted(Utf8JsonWriter json, ScanStatus scan, bool waits)
    {
        json.WriteStartObject();
        json.WriteString("scan_id"u8, scan.Id);
        json.WriteString("status"u8, waits ? "Queued" : "Started");
        WriteDuration(json, "estimated_duration"u8, scan.EstimatedDuration);
        WriteNumber(json, "estimated_objects"u8, scan.EstimatedObjects);
        json.WriteEndObject();
    }

    /// <summary>How it goes, with the first of its issues.</summary>
    public static void WriteStatus(Utf8JsonWriter json, ScanStatus scan, IReadOnlyList<HealthIssue> issues)
    {
        json.WriteStartObject();
        json.WriteString("scan_id"u8, scan.Id);
        json.WriteString("status"u8, scan.State.ToString());
        json.WritePropertyName("progress"u8);
        WriteProgress(json, scan);
        json.WriteStartArray("issues"u8);
        foreach (HealthIssue issue in issues) IssueJson.WriteShort(json, issue);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Everything about it.</summary>
    public static void WriteDetail(Utf8JsonWriter json, ScanStatus scan)
    {
        json.WriteStartObject();
        WriteDetailMembers(json, scan);
        json.WriteEndObject();
    }

    public static void WriteDetailMembers(Utf8JsonWriter json, ScanStatus scan)
    {
        json.WriteString("scan_id"u8, scan.Id);
        json.WriteString("status"u8, scan.State.ToString());
        WriteStrategy(json, scan.Request);
        json.WriteString("priority"u8, scan.Request.Priority.ToString());
        json.WriteString("reason"u8, scan.Request.Reason);
        json.WriteString("incident_id"u8, scan.Request.IncidentId);
        WriteTime(json, "requested_at"u8, scan.RequestedAt);
        WriteTime(json, "started_at"u8, scan.StartedAt);
        WriteTime(json, "ended_at"u8, scan.EndedAt);
        WriteTime(json, "resumes_at"u8, scan.ResumesAt);
        json.WritePropertyName("progress"u8);
        WriteProgress(json, scan);
        WriteNumber(json, "estimated_objects"u8, scan.EstimatedObjects);
        json.WriteString("error"u8, scan.Error);
        if (scan.Estimate is not { } estimate)
        {
            json.WriteNull("estimate"u8);
            return;
        }

        json.WriteStartObject("estimate"u8);
        json.WriteNumber("objects"u8, estimate.Objects);
        json.WriteNumber("issues"u8, estimate.Issues);
        json.WriteNumber("low"u8, estimate.Low);
        json.WriteNumber("high"u8, estimate.High);
        json.WriteEndObject();
    }

    public static void WriteTime(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset? time)
    {
        if (time is { } known) json.WriteString(name, known.UtcDateTime);
        else json.WriteNull(name);
    }

    private static void WriteProgress(Utf8JsonWriter json, ScanStatus scan)
    {
        json.WriteStartObject();
        json.WriteNumber("objects_scanned"u8, scan.ObjectsScanned);
        json.WriteNumber("bytes_scanned"u8, scan.BytesScanned);
        json.WriteNumber("issues_detected"u8, scan.IssuesDetected);
        WriteNumber(json, "completion_percentage"u8, scan.CompletionPercentage, 2);
        WriteNumber(json, "scan_rate_ops"u8, scan.ObjectsPerSecond, 2);
        WriteNumber(json, "scan_rate_bps"u8, scan.BytesPerSecond, 0);
        json.WriteString("elapsed_time"u8, MeasuredDuration.Format(scan.Elapsed));
        WriteDuration(json, "estimated_remaining"u8, scan.EstimatedRemaining);
        json.WriteEndObject();
    }

    private static void WriteStrategy(Utf8JsonWriter json, ScanRequest request)
    {
        json.WriteStartObject("strategy"u8);
        json.WriteString("type"u8, request.Strategy.ToString());
        json.WriteString("mode"u8, request.Mode?.ToString());
        json.WriteStartObject("scope"u8);
        WriteTexts(json, "buckets"u8, request.Scope.Buckets);
        if (request.Scope.IncludesSystemObjects is { } system) json.WriteBoolean("include_system_objects"u8, system);
        else json.WriteNull("include_system_objects"u8);
        WriteNumber(json, "max_objects"u8, request.Scope.MaxObjects);
        json.WriteEndObject();
        if (request.Strategy == ScanStrategy.Incremental) WriteTime(json, "since"u8, request.Since);
        if (request.Strategy == ScanStrategy.Smart)
        {
            WriteNumber(json, "sample_rate"u8, request.SampleRate, 9);
            json.WriteBoolean("favor_unscanned"u8, request.FavorsUnscanned);
        }

        if (request.Strategy == ScanStrategy.Targeted) WriteTargets(json, request.Targets);
        json.WriteEndObject();
    }

    private static void WriteTargets(Utf8JsonWriter json, IReadOnlyList<ScanTarget> targets)
    {
        json.WriteStartArray("targets"u8);
        foreach (ScanTarget target in targets)
        {
            json.WriteStartObject();
            if (target.Bucket is { } bucket) json.WriteString("bucket"u8, bucket);
            if (target.Object is { } key) json.WriteString("object"u8, key);
            if (target.Prefix is { } prefix) json.WriteString("prefix"u8, prefix);
            if (target.Drive is { } drive) json.WriteString("drive"u8, drive);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTexts(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<string>? texts)
    {
        if (texts is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartArray(name);
        foreach (string text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static void WriteDuration(Utf8JsonWriter json, ReadOnlySpan<byte> name, TimeSpan? duration) => json.WriteString(name, duration is { } known ? MeasuredDuration.Format(known) : null);

    private static void WriteNumber(Utf8JsonWriter json, ReadOnlySpan<byte> name, long? number)
    {
        if (number is { } known) json.WriteNumber(name, known);
        else json.WriteNull(name);
    }

    private static void WriteNumber(Utf8JsonWriter json, ReadOnlySpan<byte> name, double? number, int digits)
    {
        if (number is { } known && double.IsFinite(known)) json.WriteNumber(name, Math.Round(known, digits));
        else json.WriteNull(name);
    }
}
