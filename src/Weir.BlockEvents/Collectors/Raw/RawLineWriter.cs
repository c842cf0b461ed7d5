using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Weir.BlockEvents.Lines;
using Weir.Feed;

namespace Weir.BlockEvents.Collectors.Raw;

/// <summary>Writes lines as records of <c>block:raw</c>. Not thread-safe.</summary>
internal sealed class RawLineWriter(RecordBatch batch) : IDisposable
{
    private readonly Utf8JsonWriter _json = new(batch, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    /// <summary>Adds a line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="cursor">Where it stands in its source; empty when that is not known.</param>
    /// <param name="source">The source's name, which is the record's source.</param>
    /// <param name="subject">The device, as far as it is known.</param>
    /// <param name="ruleId">The rule that takes it.</param>
    /// <param name="repeats">More lines like it that are not kept.</param>
    public void Add(in LogLine line, ReadOnlySpan<byte> cursor, ReadOnlySpan<byte> source, ReadOnlySpan<byte> subject, string ruleId, long repeats)
    {
        batch.Begin("RAW"u8, source, subject);
        _json.Reset(batch);
        _json.WriteStartObject();
        Write("line"u8, "line_b64"u8, line.Text);
        Write("identifier"u8, "identifier_b64"u8, line.Identifier);
        Write("host"u8, "host_b64"u8, line.Host);
        if (line.Priority is { } priority) _json.WriteNumber("priority"u8, (int)priority);
        if (line.Facility is { } facility) _json.WriteNumber("facility"u8, facility);
        if (line.MonotonicMicroseconds is { } monotonic) _json.WriteNumber("monotonic_us"u8, monotonic);
        if (line.RealTimeMicroseconds is { } real) _json.WriteNumber("realtime_us"u8, real);
        if (line.Sequence is { } sequence) _json.WriteNumber("sequence"u8, sequence);
        if (line.BootId is { } boot) _json.WriteString("boot_id"u8, boot);
        _json.WriteString("source"u8, line.Source switch { LineSource.Journal => "journal"u8, LineSource.Kmsg => "kmsg"u8, _ => "file"u8 });
        Write("cursor"u8, "cursor_b64"u8, cursor.IsEmpty ? line.Cursor : cursor);
        Write("kernel_device"u8, "kernel_device_b64"u8, line.KernelDevice);
        Write("kernel_subsystem"u8, "kernel_subsystem_b64"u8, line.KernelSubsystem);
        _json.WriteString("rule_id"u8, ruleId);
        if (repeats > 0) _json.WriteNumber("repeats"u8, repeats);
        _json.WriteEndObject();
        _json.Flush();
        batch.End();
    }

    public void Dispose() => _json.Dispose();

    private void Write(ReadOnlySpan<byte> name, ReadOnlySpan<byte> packedName, ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty) return;
        if (Utf8.IsValid(text)) _json.WriteString(name, text);
        else _json.WriteBase64String(packedName, text);
    }
}
