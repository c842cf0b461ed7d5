using System.Text;
using System.Text.Json;
using Weir.BlockEvents.Events;
using Weir.Feed;

namespace Weir.BlockEvents.Notifiers;

/// <summary>Events that could not be told, on the topic <c>block:dead-letter</c>: type DEAD, the notifier as source, the device as subject.</summary>
public static class DeadLetters
{
    /// <summary>The topic.</summary>
    public const string Topic = "block:dead-letter";

    /// <summary>Appends a letter: <c>{"notifier","reason","attempts","event":{…}}</c>.</summary>
    public static async ValueTask AppendAsync(IFeedEngine feed, string notifier, string reason, int attempts, StorageEvent one, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(feed);
        ArgumentNullException.ThrowIfNull(one);
        var batch = new RecordBatch();
        batch.Begin("DEAD"u8, Encoding.UTF8.GetBytes(notifier), Encoding.UTF8.GetBytes(one.Device.Wwid.Length > 0 ? one.Device.Wwid : one.KernelDevice));
        using (var json = new Utf8JsonWriter(batch))
        {
            json.WriteStartObject();
            json.WriteString("notifier"u8, notifier);
            json.WriteString("reason"u8, reason);
            json.WriteNumber("attempts"u8, attempts);
            json.WritePropertyName("event"u8);
            StorageEventWriter.Write(one, json);
            json.WriteEndObject();
        }

        batch.End();
        await feed.AppendAsync(Topic, batch, default, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a letter; null when it is none.</summary>
    public static (string Notifier, StorageEvent Event)? Read(ReadOnlyMemory<byte> data)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(data, new JsonDocumentOptions { MaxDepth = 48 });
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("notifier", out JsonElement notifier) || !root.TryGetProperty("event", out JsonElement told)) return null;
            byte[] bytes = Encoding.UTF8.GetBytes(told.GetRawText());
            return notifier.GetString() is { } name && StorageEventReader.TryRead(bytes, out StorageEvent? one, out _) ? (name, one) : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
