using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Weir.Cli.Verbs;

namespace Weir.Cli.Logging;

/// <summary>
/// A log message as one JSON object: <c>time</c> (RFC 3339, UTC), <c>level</c>, <c>event</c> (a stable number), <c>category</c>, <c>message</c>, an
/// object <c>fields</c> with what the message is made of, and <c>exception</c> where there is one.
/// </summary>
internal static class JsonLogLine
{
    private const string FormatKey = "{OriginalFormat}";

    public static string Compose(
        DateTime time, LogLevel level, EventId eventId, string category, string message, IEnumerable<KeyValuePair<string, object?>>? fields, Exception? exception)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, OutputJson.Compact))
        {
            json.WriteStartObject();
            json.WriteString("time", time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("level", LogLevels.Name(level));
            json.WriteNumber("event", eventId.Id);
            json.WriteString("category", category);
            json.WriteString("message", message);
            WriteFields(json, fields);
            if (exception is not null) json.WriteString("exception", exception.ToString());
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static void WriteFields(Utf8JsonWriter json, IEnumerable<KeyValuePair<string, object?>>? fields)
    {
        bool isOpen = false;
        foreach ((string name, object? value) in fields ?? [])
        {
            if (name == FormatKey) continue;
            if (!isOpen) json.WriteStartObject("fields");
            isOpen = true;
            switch (value)
            {
                case null:
                    json.WriteNull(name);
                    break;
                case int number:
                    json.WriteNumber(name, number);
                    break;
                case long number:
                    json.WriteNumber(name, number);
                    break;
                case double number when double.IsFinite(number):
                    json.WriteNumber(name, number);
                    break;
                case bool flag:
                    json.WriteBoolean(name, flag);
                    break;
                default:
                    json.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture));
                    break;
            }
        }

        if (isOpen) json.WriteEndObject();
    }
}
