using System.Buffers;
using System.Text.Json;

namespace Weir.Feed.Consuming;

/// <summary>
/// A consumer as the feed keeps it: one JSON object in the document of its name in the collection <see cref="Collection"/>. Members:
/// docs/feed-consumers.md.
/// </summary>
internal static class ConsumerDocument
{
    public const string Collection = "consumers";

    private const int Version = 1;
    private const int MaxLosses = 256;

    public static byte[] Write(ConsumerInfo consumer, DocumentPhase phase)
    {
        var output = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(output))
        {
            ConsumerRegistration registration = consumer.Registration;
            json.WriteStartObject();
            json.WriteNumber("version"u8, Version);
            json.WriteString("id"u8, consumer.Incarnation);
            json.WriteString("state"u8, phase switch
            {
                DocumentPhase.Registering => "registering",
                DocumentPhase.Leaving => "leaving",
                _ => consumer.State == ConsumerState.Aborted ? "aborted" : "active",
            });
            json.WriteStartArray("topics"u8);
            foreach (string pattern in registration.Topics.Patterns) json.WriteStringValue(pattern);
            json.WriteEndArray();
            json.WriteString("filter"u8, registration.Filter.Text);
            json.WriteString("start"u8, registration.Start.ToString());
            json.WriteNumber("abort_timeout_ms"u8, registration.Limits.AbortTimeout == Timeout.InfiniteTimeSpan ? -1 : (long)registration.Limits.AbortTimeout.TotalMilliseconds);
            json.WriteNumber("abort_records"u8, registration.Limits.AbortRecords);
            json.WriteNumber("abort_bytes"u8, registration.Limits.AbortBytes);
            json.WriteBoolean("coalesce"u8, registration.Coalesces);
            json.WriteNumber("registered_ms"u8, consumer.RegisteredAt.ToUnixTimeMilliseconds());
            json.WriteNumber("seen_ms"u8, consumer.SeenAt.ToUnixTimeMilliseconds());
            if (consumer.Reader is { } reader) Write(json, reader);
            if (consumer.Abort is { } abort) Write(json, abort);
            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    /// <summary>The consumer; of a document that cannot be believed, a <see cref="ConsumerState.Damaged"/> one.</summary>
    /// <exception cref="FeedException">A newer program wrote it.</exception>
    public static ConsumerInfo Read(FeedDocument document, out DocumentPhase phase)
    {
        phase = DocumentPhase.Registered;
        if (!document.IsDamaged)
        {
            try
            {
                using JsonDocument json = JsonDocument.Parse(document.Content);
                JsonElement root = json.RootElement;
                int version = root.GetProperty("version"u8).GetInt32();
                if (version > Version)
                    throw new FeedException($"Consumer '{document.Name}' was registered by a newer Weir (version {version} of its document; this program knows {Version}).");
                ConsumerInfo consumer = Read(document, root);
                JsonElement state = root.GetProperty("state"u8);
                phase = state.ValueEquals("registering"u8) ? DocumentPhase.Registering : state.ValueEquals("leaving"u8) ? DocumentPhase.Leaving : DocumentPhase.Registered;
                return consumer;
            }
            catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
            {
                // It is no document of ours, whatever its checksum says.
            }
        }

        return new()
        {
            Registration = new() { Name = document.Name, Topics = TopicSelection.Parse("*") },
            State = ConsumerState.Damaged,
            RegisteredAt = DateTimeOffset.UnixEpoch,
            SeenAt = DateTimeOffset.UnixEpoch,
            Document = document,
        };
    }

    private static ConsumerInfo Read(FeedDocument document, JsonElement root)
    {
        long timeout = root.GetProperty("abort_timeout_ms"u8).GetInt64();
        return new()
        {
            Registration = new()
            {
                Name = document.Name,
                Topics = TopicSelection.Parse(root.GetProperty("topics"u8).EnumerateArray().Select(static pattern => pattern.GetString()!)),
                Filter = RecordFilter.Parse(root.GetProperty("filter"u8).GetString()!),
                Start = ConsumerStart.Parse(root.GetProperty("start"u8).GetString()!),
                Coalesces = root.GetProperty("coalesce"u8).GetBoolean(),
                Limits = new()
                {
                    AbortTimeout = timeout < 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(timeout),
                    AbortRecords = root.GetProperty("abort_records"u8).GetInt64(),
                    AbortBytes = root.GetProperty("abort_bytes"u8).GetInt64(),
                },
            },
            State = root.GetProperty("state"u8).ValueEquals("aborted"u8) ? ConsumerState.Aborted : ConsumerState.Active,
            RegisteredAt = Time(root.GetProperty("registered_ms"u8)),
            SeenAt = Time(root.GetProperty("seen_ms"u8)),
            Incarnation = root.GetProperty("id"u8).GetString()!,
            Reader = root.TryGetProperty("reader"u8, out JsonElement reader)
                ? new(reader.GetProperty("number"u8).GetInt64(), reader.GetProperty("owner"u8).GetString()!, Time(reader.GetProperty("since_ms"u8))) : null,
            Abort = root.TryGetProperty("abort"u8, out JsonElement abort)
                ? new(abort.GetProperty("reason"u8).GetString()!, Time(abort.GetProperty("at_ms"u8)), [.. abort.GetProperty("lost"u8).EnumerateArray().Select(ReadLoss)]) : null,
            Document = document,
        };
    }

    private static void Write(Utf8JsonWriter json, ReaderSession reader)
    {
        json.WriteStartObject("reader"u8);
        json.WriteNumber("number"u8, reader.Number);
        json.WriteString("owner"u8, reader.Owner);
        json.WriteNumber("since_ms"u8, reader.Since.ToUnixTimeMilliseconds());
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ConsumerAbort abort)
    {
        json.WriteStartObject("abort"u8);
        json.WriteString("reason"u8, abort.Reason);
        json.WriteNumber("at_ms"u8, abort.At.ToUnixTimeMilliseconds());
        json.WriteStartArray("lost"u8);
        foreach (ConsumerLoss loss in abort.Losses.Take(MaxLosses))
        {
            json.WriteStartObject();
            json.WriteString("topic"u8, loss.Topic);
            json.WriteString("first"u8, loss.FirstId.ToString());
            json.WriteString("last"u8, loss.LastId.ToString());
            json.WriteNumber("records"u8, loss.Records);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static ConsumerLoss ReadLoss(JsonElement loss) => new(
        loss.GetProperty("topic"u8).GetString()!, RecordId.Parse(loss.GetProperty("first"u8).GetString()!),
        RecordId.Parse(loss.GetProperty("last"u8).GetString()!), loss.GetProperty("records"u8).GetInt64());

    private static DateTimeOffset Time(JsonElement milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds.GetInt64());
}

/// <summary>Whether a document is one of a consumer that is there.</summary>
internal enum DocumentPhase
{
    /// <summary>It is there.</summary>
    Registered,

    /// <summary>Its positions are being written.</summary>
    Registering,

    /// <summary>Its positions are being taken away.</summary>
    Leaving,
}
