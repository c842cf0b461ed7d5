using System.Text.Json;
using Weir.Feed;

namespace Weir.Health.Healing.Storing;

/// <summary>What a record of <see cref="HealthTopics.Issues"/> means to repairs.</summary>
/// <param name="Id">The issue's.</param>
/// <param name="IsCleared">Whether it is gone; the rest says nothing then.</param>
/// <param name="Bucket">Empty for a drive's.</param>
/// <param name="Object">The key.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Margin">How many good shards may still be lost; null where that is not known.</param>
/// <param name="IsRepairable">Whether a repair can do something about it.</param>
/// <param name="IncidentId">What began it.</param>
/// <param name="Record">The record.</param>
internal sealed record IssueNotice(string Id, bool IsCleared, string Bucket, string Object, Severity Severity, int? Margin, bool IsRepairable, string? IncidentId, RecordId Record)
{
    private static ReadOnlySpan<byte> Detected => "HealthIssueDetected"u8;

    private static ReadOnlySpan<byte> Cleared => "HealthIssueCleared"u8;

    /// <summary>Null where it is neither; false, with what is wrong, where it cannot be understood.</summary>
    public static bool TryRead(RecordView record, out IssueNotice? notice, out string problem)
    {
        notice = null;
        problem = "";
        bool isCleared = record.Type.SequenceEqual(Cleared);
        if (!isCleared && !record.Type.SequenceEqual(Detected)) return true;
        try
        {
            using JsonDocument document = JsonDocument.Parse(record.Data.ToArray());
            JsonElement root = document.RootElement;
            string id = root.GetProperty("id").GetString()!;
            notice = isCleared ? new(id, true, "", "", default, null, false, null, record.Id) : Read(root, id, record.Id);
            return true;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            problem = error.Message;
            return false;
        }
    }

    private static IssueNotice Read(JsonElement root, string id, RecordId record) => new(
        id,
        IsCleared: false,
        root.GetProperty("bucket").GetString() ?? "",
        root.GetProperty("object").GetString() ?? "",
        Enum.Parse<Severity>(root.GetProperty("severity").GetString()!),
        root.TryGetProperty("margin", out JsonElement margin) && margin.ValueKind == JsonValueKind.Number ? margin.GetInt32() : null,
        root.TryGetProperty("repairable", out JsonElement repairable) && repairable.ValueKind == JsonValueKind.True,
        root.TryGetProperty("incident_id", out JsonElement incident) && incident.ValueKind == JsonValueKind.String ? incident.GetString() : null,
        record);
}
