using System.Text.Json;
using Weir.Erasure.Drives.Verifying;

namespace Weir.Health;

/// <summary>ScanRequested, and scans in the files that keep them.</summary>
internal static partial class HealthJson
{
    public const string ScanRequested = "ScanRequested";

    /// <summary>The members of a scan's request, without the braces.</summary>
    public static void WriteScanRequest(Utf8JsonWriter json, ScanRequest request)
    {
        json.WriteString("strategy", request.Strategy.ToString());
        json.WriteString("mode", request.Mode?.ToString());
        json.WriteStartObject("scope");
        WriteTexts(json, "buckets", request.Scope.Buckets);
        if (request.Scope.IncludesSystemObjects is { } system) json.WriteBoolean("include_system_objects", system);
        else json.WriteNull("include_system_objects");
        WriteNumber(json, "max_objects", request.Scope.MaxObjects);
        json.WriteEndObject();
        json.WriteString("priority", request.Priority.ToString());
        WriteTime(json, "since", request.Since);
        WriteNumber(json, "sample_rate", request.SampleRate);
        json.WriteBoolean("favor_unscanned", request.FavorsUnscanned);
        json.WriteStartArray("targets");
        foreach (ScanTarget target in request.Targets)
        {
            json.WriteStartObject();
            if (target.Bucket is not null) json.WriteString("bucket", target.Bucket);
            if (target.Object is not null) json.WriteString("object", target.Object);
            if (target.Prefix is not null) json.WriteString("prefix", target.Prefix);
            if (target.Drive is not null) json.WriteString("drive", target.Drive);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("reason", request.Reason);
        json.WriteString("incident_id", request.IncidentId);
    }

    /// <summary>The members of a scan's news: what was asked, and how far it is.</summary>
    public static void WriteScanProgress(Utf8JsonWriter json, ScanStatus status)
    {
        json.WriteString("scan_id", status.Id);
        json.WriteString("state", status.State.ToString());
        WriteScanRequest(json, status.Request);
        json.WriteString("requested_at", status.RequestedAt);
        WriteTime(json, "started_at", status.StartedAt);
        WriteTime(json, "ended_at", status.EndedAt);
        json.WriteNumber("objects_scanned", status.ObjectsScanned);
        json.WriteNumber("bytes_scanned", status.BytesScanned);
        json.WriteNumber("issues_detected", status.IssuesDetected);
        WriteNumber(json, "objects_per_second", status.ObjectsPerSecond);
        WriteNumber(json, "bytes_per_second", status.BytesPerSecond);
        json.WriteNumber("elapsed", status.Elapsed.TotalSeconds);
        WriteNumber(json, "estimated_objects", status.EstimatedObjects);
        WriteNumber(json, "estimated_remaining", status.EstimatedRemaining?.TotalSeconds);
        json.WriteString("error", status.Error);
    }

    /// <summary>
    /// A request, as this writes it or as a storage event does: with <c>drive_path</c> in place of targets. Null where it is none, with what is
    /// wrong about it.
    /// </summary>
    public static ScanRequest? ReadScanRequest(JsonElement root, out string problem)
    {
        problem = "it is no object";
        if (root.ValueKind != JsonValueKind.Object) return null;
        problem = "strategy is none of Full, Incremental, Smart, Targeted";
        if (ReadEnum<ScanStrategy>(root, "strategy") is not { } strategy) return null;
        VerifyMode? mode = ReadEnum<VerifyMode>(root, "mode");
        problem = "mode is none of Quick, Normal, Deep";
        if (mode is null && ReadText(root, "mode") is not null) return null;
        var targets = new List<ScanTarget>();
        if (ReadText(root, "drive_path") is { } drive) targets.Add(new(null, null, null, drive));
        if (root.TryGetProperty("targets", out JsonElement list) && list.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement target in list.EnumerateArray())
            {
                if (target.ValueKind == JsonValueKind.Object) targets.Add(new(ReadText(target, "bucket"), ReadText(target, "object"), ReadText(target, "prefix"), ReadText(target, "drive")));
            }
        }

        JsonElement scope = root.TryGetProperty("scope", out JsonElement given) && given.ValueKind == JsonValueKind.Object ? given : default;
        bool hasScope = scope.ValueKind == JsonValueKind.Object;
        bool isEvent = root.TryGetProperty("device", out _);
        problem = "";
        return new()
        {
            Strategy = strategy,
            Mode = mode,
            Scope = hasScope
                ? new() { Buckets = ReadTexts(scope, "buckets"), IncludesSystemObjects = ReadFlag(scope, "include_system_objects"), MaxObjects = ReadNumber(scope, "max_objects") }
                : new(),
            Priority = ReadEnum<HealthPriority>(root, "priority") ?? HealthPriority.Normal,
            Since = ReadTime(root, "since"),
            SampleRate = ReadReal(root, "sample_rate"),
            FavorsUnscanned = ReadFlag(root, "favor_unscanned") ?? true,
            Targets = targets,
            Reason = isEvent ? "storage-event" : ReadText(root, "reason") ?? "request",
            IncidentId = ReadText(root, "incident_id"),
        };
    }
}
