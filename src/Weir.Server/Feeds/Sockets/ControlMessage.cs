using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using Weir.Feed;

namespace Weir.Server.Feeds.Sockets;

/// <summary>What the server says on a socket beside records: objects with the member <c>weir</c>. Format: docs/feed-socket.md.</summary>
internal static class ControlMessage
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Ready(EventFraming framing, string? consumer) => Compose(framing, json =>
    {
        json.WriteString("weir", "ready");
        json.WriteNumber("version", 1);
        if (consumer is not null) json.WriteString("consumer", consumer);
    });

    public static byte[] Error(EventFraming framing, string code, string message) => Compose(framing, json =>
    {
        json.WriteString("weir", "error");
        json.WriteString("code", code);
        json.WriteString("message", message);
    });

    public static byte[] Acknowledged(EventFraming framing, string topic, RecordId id) => Compose(framing, json =>
    {
        json.WriteString("weir", "acked");
        json.WriteString("topic", topic);
        json.WriteString("ack", id.ToString());
    });

    public static byte[] Gap(EventFraming framing, FeedGap gap) => Compose(framing, json =>
    {
        json.WriteString("weir", "gap");
        json.WriteString("topic", gap.Topic);
        json.WriteString("after", gap.After.ToString());
        if (gap.Before is { } before) json.WriteString("before", before.ToString());
        json.WriteString("reason", gap.Reason);
    });

    public static byte[] End(EventFraming framing) => Compose(framing, json => json.WriteString("weir", "end"));

    private static byte[] Compose(EventFraming framing, Action<Utf8JsonWriter> write)
    {
        var output = new ArrayBufferWriter<byte>(256);
        if (framing == EventFraming.Length) output.Write("\0\0\0\0"u8);
        using (var json = new Utf8JsonWriter(output, Readable))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        if (framing == EventFraming.Lines) output.Write("\n"u8);
        byte[] message = output.WrittenSpan.ToArray();
        if (framing == EventFraming.Length) BinaryPrimitives.WriteInt32BigEndian(message, message.Length - sizeof(int));
        return message;
    }
}
