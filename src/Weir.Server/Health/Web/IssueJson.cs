using System.Text.Json;
using Weir.Erasure.Drives.Verifying;
using Weir.Health;

namespace Weir.Server.Health.Web;

/// <summary>Issues in the API's JSON.</summary>
internal static class IssueJson
{
    /// <summary>As a scan's status has them.</summary>
    public static void WriteShort(Utf8JsonWriter json, HealthIssue issue)
    {
        json.WriteStartObject();
        WriteShortMembers(json, issue);
        json.WriteEndObject();
    }

    /// <summary>Everything about one.</summary>
    public static void WriteWhole(Utf8JsonWriter json, HealthIssue issue)
    {
        json.WriteStartObject();
        json.WriteString("issue_id"u8, issue.Id);
        WriteShortMembers(json, issue);
        json.WriteString("version_id"u8, issue.VersionId);
        json.WriteString("verdict"u8, issue.Verdict?.Name());
        if (issue.Margin is { } margin) json.WriteNumber("margin"u8, margin);
        else json.WriteNull("margin"u8);
        json.WriteBoolean("repairable"u8, issue.IsRepairable);
        json.WriteNumber("pool"u8, issue.Pool);
        json.WriteNumber("set"u8, issue.Set);
        json.WriteStartArray("drives"u8);
        foreach (string drive in issue.Drives) json.WriteStringValue(drive);
        json.WriteEndArray();
        json.WriteString("scan_id"u8, issue.ScanId);
        json.WriteString("incident_id"u8, issue.IncidentId);
        json.WriteEndObject();
    }

    private static void WriteShortMembers(Utf8JsonWriter json, HealthIssue issue)
    {
        json.WriteString("issue_type"u8, issue.Type.ToString());
        json.WriteString("severity"u8, issue.Severity.ToString());
        json.WriteString("bucket"u8, issue.Bucket);
        json.WriteString("object"u8, issue.Object);
        json.WriteString("description"u8, issue.Description);
        json.WriteString("detected_at"u8, issue.DetectedAt.UtcDateTime);
    }
}
