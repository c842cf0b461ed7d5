using System.Text;
using System.Text.Json;
using Weir.Feed;

namespace Weir.Health.Policies;

/// <summary>
/// The record of a policy's version: type POLICY, subject the policy's name, data
/// <c>{"policy","version","changed_at","changed_by","settings":{…}}</c>, the settings whole and as the API gives them.
/// </summary>
internal static class PolicyRecord
{
    private static readonly byte[] Source = "health"u8.ToArray();

    public static ReadOnlySpan<byte> Type => "POLICY"u8;

    public static string NameOf(PolicyKind kind) => kind switch
    {
        PolicyKind.Scan => "scan",
        PolicyKind.Heal => "heal",
        _ => "retention",
    };

    public static void Add(RecordBatch batch, PolicyKind kind, PolicyVersion version)
    {
        string name = NameOf(kind);
        batch.Begin(Type, Source, Encoding.UTF8.GetBytes(name));
        using (var json = new Utf8JsonWriter(batch))
        {
            json.WriteStartObject();
            json.WriteString("policy", name);
            json.WriteNumber("version", version.Number);
            json.WriteString("changed_at", version.ChangedAt!.Value);
            json.WriteString("changed_by", version.ChangedBy);
            json.WritePropertyName("settings");
            json.WriteRawValue(version.Json.Span);
            json.WriteEndObject();
        }

        batch.End();
    }

    /// <summary>Null where it is no policy's record.</summary>
    public static (PolicyKind Kind, PolicyVersion Version, JsonDocument Data)? TryRead(RecordView record)
    {
        if (!record.Type.SequenceEqual(Type)) return null;
        JsonDocument? data = null;
        try
        {
            data = JsonDocument.Parse(record.Data.ToArray());
            JsonElement root = data.RootElement;
            PolicyKind? kind = root.GetProperty("policy").GetString() switch
            {
                "scan" => PolicyKind.Scan,
                "heal" => PolicyKind.Heal,
                "retention" => PolicyKind.Retention,
                _ => null,
            };
            if (kind is { } known)
            {
                JsonElement settings = root.GetProperty("settings");
                var version = new PolicyVersion(
                    root.GetProperty("version").GetInt64(), root.GetProperty("changed_at").GetDateTimeOffset(), root.GetProperty("changed_by").GetString(), Encoding.UTF8.GetBytes(settings.GetRawText()));
                (PolicyKind, PolicyVersion, JsonDocument)? read = (known, version, data);
                data = null;
                return read;
            }

            return null;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
        finally
        {
            data?.Dispose();
        }
    }
}
