using System.Text;
using System.Text.Json;

namespace Weir.Erasure.Drives.Healing;

/// <summary>An object of the plan as a line of JSON.</summary>
internal static class PlanLine
{
    public static string Write(PlannedObject planned)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory))
        {
            json.WriteStartObject();
            json.WriteNumber("pool", planned.Pool);
            json.WriteNumber("set", planned.Set);
            json.WriteString("bucket", planned.Name.Bucket);
            json.WriteString("stored_key", planned.Name.StoredKey);
            json.WriteNumber("margin", planned.Margin);
            json.WriteNumber("read_bytes", planned.ReadBytes);
            json.WriteNumber("write_bytes", planned.WriteBytes);
            json.WriteNumber("memory_bytes", planned.MemoryBytes);
            json.WriteString("seen_at", planned.SeenAt);
            json.WriteString("sighting", planned.Sighting);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(memory.GetBuffer(), 0, (int)memory.Length);
    }

    /// <summary>Null for a line that was cut off.</summary>
    public static PlannedObject? TryRead(string line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            return new(
                root.GetProperty("pool").GetInt32(),
                root.GetProperty("set").GetInt32(),
                ObjectName.FromDirectory(root.GetProperty("bucket").GetString() ?? "", root.GetProperty("stored_key").GetString() ?? ""),
                root.GetProperty("margin").GetInt32(),
                root.GetProperty("read_bytes").GetInt64(),
                root.GetProperty("write_bytes").GetInt64(),
                root.GetProperty("memory_bytes").GetInt64(),
                root.GetProperty("seen_at").GetDateTimeOffset(),
                root.GetProperty("sighting").GetString() ?? "");
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            return null;
        }
    }
}
