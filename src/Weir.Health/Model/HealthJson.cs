using System.Text.Json;

namespace Weir.Health;

/// <summary>The members of the records on the topics of health: snake_case names, times as RFC 3339, durations in seconds. What is unknown is skipped on reading.</summary>
internal static partial class HealthJson
{
    /// <summary>Names of enumeration members, as the records write them.</summary>
    private static T? ReadEnum<T>(JsonElement root, string name) where T : struct, Enum =>
        ReadText(root, name) is { } text && Enum.TryParse(text, ignoreCase: false, out T value) && Enum.IsDefined(value) && !char.IsAsciiDigit(text[0]) ? value : null;

    private static string? ReadText(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long? ReadNumber(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) ? number : null;

    private static double? ReadReal(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number) ? number : null;

    private static bool? ReadFlag(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null;

    private static DateTimeOffset? ReadTime(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out DateTimeOffset time) ? time : null;

    private static List<string>? ReadTexts(JsonElement root, string name)
    {
        if (!root.TryGetProperty(name, out JsonElement list) || list.ValueKind != JsonValueKind.Array) return null;
        var texts = new List<string>();
        foreach (JsonElement text in list.EnumerateArray())
        {
            if (text.ValueKind == JsonValueKind.String) texts.Add(text.GetString()!);
        }

        return texts;
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string>? texts)
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

    private static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } known) json.WriteString(name, known);
        else json.WriteNull(name);
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double? number)
    {
        if (number is { } known) json.WriteNumber(name, known);
        else json.WriteNull(name);
    }
}
