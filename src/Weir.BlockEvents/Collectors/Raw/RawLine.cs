using System.Text;
using System.Text.Json;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Lines;

namespace Weir.BlockEvents.Collectors.Raw;

/// <summary>A line as the topic <c>block:raw</c> keeps it, so that it can be read again with better rules. The members are in docs/collecting-events.md.</summary>
/// <param name="Line">The line.</param>
/// <param name="Repeats">How many more lines of the kind and device were not kept because there were too many.</param>
public sealed record RawLine(OwnedLine Line, long Repeats)
{
    /// <summary>The topic.</summary>
    public const string Topic = "block:raw";

    /// <summary>Reads a record's data; null when it is no such line.</summary>
    public static RawLine? Read(ReadOnlyMemory<byte> data)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(data, new JsonDocumentOptions { MaxDepth = 8 });
            return document.RootElement.ValueKind == JsonValueKind.Object ? Read(document.RootElement) : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static RawLine Read(JsonElement root)
    {
        var line = new LogLine
        {
            Text = Bytes(root, "line"),
            Identifier = Bytes(root, "identifier"),
            Host = Bytes(root, "host"),
            Cursor = Bytes(root, "cursor"),
            KernelDevice = Bytes(root, "kernel_device"),
            KernelSubsystem = Bytes(root, "kernel_subsystem"),
            Priority = Number(root, "priority") is >= 0 and <= 7 and var priority ? (Severity)priority : null,
            Facility = (int?)Number(root, "facility"),
            MonotonicMicroseconds = Number(root, "monotonic_us"),
            RealTimeMicroseconds = Number(root, "realtime_us"),
            Sequence = (ulong?)Number(root, "sequence"),
            BootId = Text(root, "boot_id") is { } boot && Guid.TryParse(boot, out Guid id) ? id : null,
            Source = Text(root, "source") switch { "journal" => LineSource.Journal, "kmsg" => LineSource.Kmsg, _ => LineSource.File },
        };
        return new(OwnedLine.Copy(line), Math.Max(0, Number(root, "repeats") ?? 0));
    }

    private static byte[] Bytes(JsonElement root, string name)
    {
        if (Text(root, name) is { } text) return Encoding.UTF8.GetBytes(text);
        return root.TryGetProperty(name + "_b64", out JsonElement packed) && packed.ValueKind == JsonValueKind.String ? packed.GetBytesFromBase64() : [];
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long? Number(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) ? number : null;
}
