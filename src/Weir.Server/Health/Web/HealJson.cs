using System.Text.Json;
using Weir.Health;

namespace Weir.Server.Health.Web;

/// <summary>Repairs in the API's JSON.</summary>
internal static class HealJson
{
    /// <summary>What is told of one that was just taken in.</summary>
    public static void WriteQueued(Utf8JsonWriter json, HealStatus heal)
    {
        json.WriteStartObject();
        json.WriteString("heal_request_id"u8, heal.Id);
        json.WriteString("status"u8, heal.State.ToString());
        json.WriteString("priority"u8, heal.Priority.ToString());
        ScanJson.WriteTime(json, "estimated_start"u8, heal.EstimatedStart);
        WriteNumber(json, "queue_position"u8, heal.QueuePosition);
        json.WriteEndObject();
    }

    /// <summary>How it goes.</summary>
    public static void WriteStatus(Utf8JsonWriter json, HealStatus heal)
    {
        json.WriteStartObject();
        json.WriteString("heal_request_id"u8, heal.Id);
        json.WriteString("status"u8, heal.State.ToString());
        WriteResult(json, heal.Result);
        json.WriteEndObject();
    }

    /// <summary>Everything about it.</summary>
    public static void WriteDetail(Utf8JsonWriter json, HealStatus heal)
    {
        json.WriteStartObject();
        json.WriteString("heal_request_id"u8, heal.Id);
        json.WriteString("status"u8, heal.State.ToString());
        json.WriteString("bucket"u8, heal.Request.Bucket);
        json.WriteString("object"u8, heal.Request.Object);
        json.WriteString("version_id"u8, heal.Request.VersionId);
        json.WriteString("drive"u8, heal.Request.Drive);
        json.WriteString("priority"u8, heal.Priority.ToString());
        json.WriteString("requested_priority"u8, heal.Request.Priority.ToString());
        json.WriteString("mode"u8, heal.Request.Mode.ToString());
        json.WriteString("reason"u8, heal.Request.Reason);
        json.WriteString("issue_id"u8, heal.Request.IssueId);
        json.WriteString("incident_id"u8, heal.Request.IncidentId);
        ScanJson.WriteTime(json, "requested_at"u8, heal.RequestedAt);
        ScanJson.WriteTime(json, "started_at"u8, heal.StartedAt);
        ScanJson.WriteTime(json, "ended_at"u8, heal.EndedAt);
        ScanJson.WriteTime(json, "estimated_start"u8, heal.EstimatedStart);
        WriteNumber(json, "queue_position"u8, heal.QueuePosition);
        json.WriteNumber("attempts"u8, heal.Attempts);
        json.WriteNumber("max_retries"u8, heal.Request.MaxRetries);
        json.WriteString("error"u8, heal.Error);
        WriteResult(json, heal.Result);
        json.WriteEndObject();
    }

    private static void WriteResult(Utf8JsonWriter json, HealResult? result)
    {
        if (result is null)
        {
            json.WriteNull("result"u8);
            return;
        }

        json.WriteStartObject("result"u8);
        json.WriteBoolean("success"u8, result.Success);
        json.WriteNumber("shards_repaired"u8, result.ShardsRepaired);
        json.WriteNumber("total_shards"u8, result.TotalShards);
        json.WriteString("duration"u8, MeasuredDuration.Format(result.Duration));
        json.WriteString("strategy_used"u8, result.Strategy?.ToString());
        json.WriteStartArray("validation_results"u8);
        foreach (HealValidation validation in result.Validations)
        {
            json.WriteStartObject();
            json.WriteString("validation_type"u8, validation.Type);
            json.WriteBoolean("passed"u8, validation.Passed);
            json.WriteString("details"u8, validation.Details);
            json.WriteString("duration"u8, MeasuredDuration.Format(validation.Duration));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteUnrepaired(json, result.Unrepaired);
        json.WriteEndObject();
    }

    /// <summary>Only where there is one: a result in full has the members of the design, and no other.</summary>
    private static void WriteUnrepaired(Utf8JsonWriter json, IReadOnlyList<UnrepairedVersion> versions)
    {
        if (versions.Count == 0) return;
        json.WriteStartArray("unrepaired_versions"u8);
        foreach (UnrepairedVersion version in versions)
        {
            json.WriteStartObject();
            json.WriteString("version_id"u8, version.VersionId);
            json.WriteString("verdict"u8, version.Verdict);
            json.WriteString("reason"u8, version.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteNumber(Utf8JsonWriter json, ReadOnlySpan<byte> name, long? number)
    {
        if (number is { } known) json.WriteNumber(name, known);
        else json.WriteNull(name);
    }
}
