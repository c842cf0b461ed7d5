using System.Text.Json;
using System.Text.Unicode;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Lines;

namespace Weir.BlockEvents.Rules;

/// <summary>Writes what a line means as one JSON object: <c>weir events classify --json</c>.</summary>
public static class ClassificationWriter
{
    /// <summary>Writes a line that a rule takes.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="raw">The line as it came.</param>
    /// <param name="line">The line without what stands before its message.</param>
    /// <param name="classification">What it means.</param>
    public static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> raw, in LogLine line, in Classification classification)
    {
        ArgumentNullException.ThrowIfNull(json);
        Rule rule = classification.Rule;
        Begin(json, raw);
        json.WriteString("event_type"u8, rule.EventType);
        json.WriteString("sub_system"u8, rule.SubSystem);
        json.WriteString("severity"u8, Names.Of(rule.Severity));
        ReadOnlySpan<byte> device = classification.KernelDevice;
        if (device.IsEmpty) json.WriteNull("kdev"u8);
        else WriteText(json, "kdev", device);
        json.WriteString("rule_id"u8, rule.Id);
        End(json, line);
        json.WriteStartObject("extension"u8);
        for (int i = 0; i < classification.FieldCount; i++)
        {
            if (classification.NameOf(i) != "kdev") WriteText(json, classification.NameOf(i), classification.ValueOf(i));
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Writes a line that no rule takes: it is not about storage.</summary>
    public static void WriteOther(Utf8JsonWriter json, ReadOnlySpan<byte> raw, in LogLine line)
    {
        ArgumentNullException.ThrowIfNull(json);
        Begin(json, raw);
        json.WriteNull("event_type"u8);
        json.WriteNull("sub_system"u8);
        json.WriteNull("severity"u8);
        json.WriteNull("kdev"u8);
        json.WriteNull("rule_id"u8);
        End(json, line);
        json.WriteEndObject();
    }

    private static void Begin(Utf8JsonWriter json, ReadOnlySpan<byte> raw)
    {
        json.WriteStartObject();
        WriteText(json, "line", raw);
    }

    private static void End(Utf8JsonWriter json, in LogLine line)
    {
        if (!line.Identifier.IsEmpty) WriteText(json, "identifier", line.Identifier);
        if (line.Priority is { } priority) json.WriteString("priority"u8, Names.Of(priority));
        if (line.MonotonicMicroseconds is { } monotonic) json.WriteNumber("monotonic_us"u8, monotonic);
        if (line.RealTimeMicroseconds is { } real) json.WriteNumber("realtime_us"u8, real);
        if (line.Sequence is { } sequence) json.WriteNumber("sequence"u8, sequence);
        WriteText(json, "msg", line.Text);
    }

    /// <summary>Bytes that are not UTF-8 stand in a member of their own.</summary>
    private static void WriteText(Utf8JsonWriter json, string name, ReadOnlySpan<byte> text)
    {
        if (Utf8.IsValid(text)) json.WriteString(name, text);
        else json.WriteBase64String(string.Concat(name, "_b64"), text);
    }
}
