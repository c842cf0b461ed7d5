using System.Text.Json;
using Weir.Erasure.Drives;

namespace Weir.Health;

/// <summary>
/// The members of repairs in records: snake_case, times RFC 3339, durations in seconds. What is null is left out, but for <c>version_id</c>.
/// </summary>
public static class HealJson
{
    /// <summary>Tries again that a request may ask for.</summary>
    public const int MaxRetries = 100;

    private const int MaxText = 1024;

    /// <summary>Writes a request's members into the object that is open: <c>bucket object version_id priority mode max_retries margin drive drive_id issue_id incident_id reason</c>.</summary>
    public static void WriteRequest(Utf8JsonWriter json, HealRequest request)
    {
        json.WriteString("bucket"u8, request.Bucket);
        json.WriteString("object"u8, request.Object);
        json.WriteString("version_id"u8, request.VersionId);
        json.WriteString("priority"u8, request.Priority.ToString());
        json.WriteString("mode"u8, request.Mode.ToString());
        json.WriteNumber("max_retries"u8, request.MaxRetries);
        if (request.Margin is { } margin) json.WriteNumber("margin"u8, margin);
        if (request.Drive is { } drive) json.WriteString("drive"u8, drive);
        if (request.DriveId is { } driveId) json.WriteString("drive_id"u8, driveId);
        if (request.IssueId is { } issue) json.WriteString("issue_id"u8, issue);
        if (request.IncidentId is { } incident) json.WriteString("incident_id"u8, incident);
        json.WriteString("reason"u8, request.Reason);
    }

    /// <summary>Reads a request; members that it does not know are passed over, for others write records too.</summary>
    /// <exception cref="HealthException">It makes no sense; the message names the member.</exception>
    public static HealRequest ReadRequest(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object) throw Invalid("A request to repair is a JSON object.");
        HealRequest request = new()
        {
            Bucket = Text(root, "bucket") ?? "",
            Object = Text(root, "object") ?? "",
            VersionId = Text(root, "version_id"),
            Priority = Name(root, "priority", HealthPriority.Normal),
            Mode = Name(root, "mode", HealMode.OnDemand),
            MaxRetries = Whole(root, "max_retries", 0, MaxRetries) ?? 3,
            Margin = Whole(root, "margin", -64, 64),
            Drive = Text(root, "drive"),
            DriveId = Text(root, "drive_id") is { } id ? Guid.TryParse(id, out Guid drive) ? drive : throw Invalid("drive_id is no id of a drive.") : null,
            IssueId = Text(root, "issue_id"),
            IncidentId = Text(root, "incident_id"),
            Reason = Text(root, "reason") ?? "record",
        };
        Check(request);
        return request;
    }

    /// <summary>Whether a request can be done at all; gives the version's id: null for all, empty for the null version.</summary>
    /// <exception cref="HealthException">It makes no sense; the message names the member.</exception>
    public static Guid? Check(HealRequest request)
    {
        if (request.MaxRetries is < 0 or > MaxRetries) throw Invalid($"max_retries: {request.MaxRetries} is not from 0 to {MaxRetries}.");
        if (!Enum.IsDefined(request.Priority)) throw Invalid("priority: there is no such priority.");
        if (!Enum.IsDefined(request.Mode)) throw Invalid("mode: there is no such mode.");
        if (request.Reason.Length > MaxText || request.IncidentId?.Length > MaxText || request.IssueId?.Length > MaxText) throw Invalid($"reason, incident_id and issue_id may have {MaxText} characters each.");
        if (request.Drive is { } path)
        {
            if (path.Length == 0 || System.Text.Encoding.UTF8.GetByteCount(path) > 4096 || path.Contains('\0', StringComparison.Ordinal) || !Path.IsPathRooted(path)) throw Invalid("drive: it is no absolute path.");
            if (request.Bucket.Length + request.Object.Length > 0 || request.VersionId is not null) throw Invalid("drive: a drive is repaired, or an object; not both.");
            return null;
        }

        try
        {
            _ = ObjectName.Create(request.Bucket, request.Object);
        }
        catch (ArgumentException error)
        {
            throw new HealthException(HealthProblem.Invalid, "invalid_object", $"bucket and object: {error.Message}");
        }

        if (request.VersionId is not { } version) return null;
        if (version == "null") return Guid.Empty;
        return Guid.TryParseExact(version, "D", out Guid versionId) && versionId != Guid.Empty ? versionId : throw Invalid("version_id: it is neither null, \"null\" nor a version's id.");
    }

    /// <summary>Writes a result as an object: <c>success shards_repaired total_shards duration strategy_used validations unrepaired</c>.</summary>
    public static void WriteResult(Utf8JsonWriter json, HealResult result)
    {
        json.WriteStartObject();
        json.WriteBoolean("success"u8, result.Success);
        json.WriteNumber("shards_repaired"u8, result.ShardsRepaired);
        json.WriteNumber("total_shards"u8, result.TotalShards);
        json.WriteNumber("duration"u8, result.Duration.TotalSeconds);
        json.WriteString("strategy_used"u8, result.Strategy?.ToString());
        json.WriteStartArray("validations"u8);
        foreach (HealValidation validation in result.Validations)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, validation.Type);
            json.WriteBoolean("passed"u8, validation.Passed);
            json.WriteString("details"u8, validation.Details);
            json.WriteNumber("duration"u8, validation.Duration.TotalSeconds);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("unrepaired"u8);
        foreach (UnrepairedVersion version in result.Unrepaired)
        {
            json.WriteStartObject();
            json.WriteString("version_id"u8, version.VersionId);
            json.WriteString("verdict"u8, version.Verdict);
            json.WriteString("reason"u8, version.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <exception cref="InvalidOperationException">It is none.</exception>
    /// <exception cref="KeyNotFoundException">It lacks a member.</exception>
    /// <exception cref="FormatException">A number is none.</exception>
    public static HealResult ReadResult(JsonElement root) => new(
        root.GetProperty("success").GetBoolean(),
        root.GetProperty("shards_repaired").GetInt32(),
        root.GetProperty("total_shards").GetInt32(),
        Seconds(root.GetProperty("duration")),
        Enum.TryParse(root.GetProperty("strategy_used").GetString(), out HealStrategy strategy) ? strategy : null,
        [.. root.GetProperty("validations").EnumerateArray().Select(item => new HealValidation(item.GetProperty("type").GetString()!, item.GetProperty("passed").GetBoolean(), item.GetProperty("details").GetString()!, Seconds(item.GetProperty("duration"))))],
        [.. root.GetProperty("unrepaired").EnumerateArray().Select(item => new UnrepairedVersion(item.GetProperty("version_id").GetString(), item.GetProperty("verdict").GetString()!, item.GetProperty("reason").GetString()!))]);

    private static TimeSpan Seconds(JsonElement value) => TimeSpan.FromSeconds(Math.Clamp(value.GetDouble(), 0, 1e9));

    private static string? Text(JsonElement root, string name)
    {
        if (!root.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null) return null;
        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw Invalid($"{name}: it is no text.");
    }

    private static int? Whole(JsonElement root, string name, int least, int most)
    {
        if (!root.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null) return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number >= least && number <= most ? number : throw Invalid($"{name}: it is no whole number from {least} to {most}.");
    }

    private static TEnum Name<TEnum>(JsonElement root, string name, TEnum otherwise)
        where TEnum : struct, Enum
    {
        if (Text(root, name) is not { } text) return otherwise;
        int index = Array.FindIndex(Enum.GetNames<TEnum>(), known => known.Equals(text, StringComparison.OrdinalIgnoreCase));
        return index < 0 ? throw Invalid($"{name}: it is none of {string.Join(", ", Enum.GetNames<TEnum>())}.") : Enum.GetValues<TEnum>()[index];
    }

    private static HealthException Invalid(string message) => new(HealthProblem.Invalid, "invalid_value", message);
}
