using System.Text.Json;
using Weir.Erasure.Drives.Verifying;

namespace Weir.Health;

/// <summary>HealthIssueDetected and HealthIssueCleared.</summary>
internal static partial class HealthJson
{
    public const string IssueDetected = "HealthIssueDetected", IssueCleared = "HealthIssueCleared";

    public static void WriteIssue(Utf8JsonWriter json, HealthIssue issue)
    {
        json.WriteStartObject();
        WriteIssueMembers(json, issue);
        json.WriteEndObject();
    }

    /// <summary>The issue as it was, with when and why it is gone.</summary>
    public static void WriteCleared(Utf8JsonWriter json, HealthIssue issue, DateTimeOffset at, string reason, string? by)
    {
        json.WriteStartObject();
        WriteIssueMembers(json, issue);
        json.WriteString("cleared_at", at);
        json.WriteString("reason", reason);
        json.WriteString("cleared_by", by);
        json.WriteEndObject();
    }

    /// <summary>Null where it is no issue.</summary>
    public static HealthIssue? ReadIssue(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object) return null;
        if (ReadText(root, "id") is not { } id || ReadEnum<IssueType>(root, "issue_type") is not { } type || ReadEnum<Severity>(root, "severity") is not { } severity) return null;
        if (ReadText(root, "bucket") is not { } bucket || ReadText(root, "object") is not { } name || ReadTime(root, "detected_at") is not { } detectedAt) return null;
        return new()
        {
            Id = id,
            Type = type,
            Severity = severity,
            Bucket = bucket,
            Object = name,
            VersionId = ReadText(root, "version_id"),
            Description = ReadText(root, "description") ?? "",
            DetectedAt = detectedAt,
            Verdict = VerdictOf(ReadText(root, "verdict")),
            Margin = (int?)ReadNumber(root, "margin"),
            IsRepairable = ReadFlag(root, "repairable") ?? false,
            Pool = (int)(ReadNumber(root, "pool") ?? -1),
            Set = (int)(ReadNumber(root, "set") ?? -1),
            Drives = ReadTexts(root, "drives") ?? [],
            ShownBy = ReadEnum<VerifyMode>(root, "shown_by") ?? VerifyMode.Deep,
            ScanId = ReadText(root, "scan_id"),
            IncidentId = ReadText(root, "incident_id"),
        };
    }

    private static void WriteIssueMembers(Utf8JsonWriter json, HealthIssue issue)
    {
        json.WriteString("id", issue.Id);
        json.WriteString("issue_type", issue.Type.ToString());
        json.WriteString("severity", issue.Severity.ToString());
        json.WriteString("bucket", issue.Bucket);
        json.WriteString("object", issue.Object);
        json.WriteString("version_id", issue.VersionId);
        json.WriteString("description", issue.Description);
        json.WriteString("detected_at", issue.DetectedAt);
        json.WriteString("verdict", issue.Verdict?.Name());
        if (issue.Margin is { } margin) json.WriteNumber("margin", margin);
        else json.WriteNull("margin");
        json.WriteBoolean("repairable", issue.IsRepairable);
        json.WriteNumber("pool", issue.Pool);
        json.WriteNumber("set", issue.Set);
        WriteTexts(json, "drives", issue.Drives);
        json.WriteString("shown_by", issue.ShownBy.ToString());
        json.WriteString("scan_id", issue.ScanId);
        json.WriteString("incident_id", issue.IncidentId);
    }

    private static Verdict? VerdictOf(string? name)
    {
        foreach (Verdict verdict in VerdictNames.All)
        {
            if (verdict.Name() == name) return verdict;
        }

        return null;
    }
}
