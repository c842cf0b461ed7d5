using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Weir.Feed.Consuming;

/// <summary>
/// Tells on the topic <see cref="Topic"/> what happens to consumers and topics: CONSUMER_REGISTERED, CONSUMER_ABORTED, CONSUMER_UNREGISTERED,
/// TRIMMED, GAP. Data: docs/feed-consumers.md. On the embedded log one process writes the topic; what others have to tell waits in documents
/// until that one tells it.
/// </summary>
public sealed class FeedEvents
{
    public const string Topic = "feed:events";

    /// <summary>Events that wait for a writer, at most; more are logged and not told.</summary>
    public const int MaxWaiting = 1000;

    private const string Collection = "events";

    private readonly IFeedEngine _feed;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;

    internal FeedEvents(IFeedEngine feed, ILogger logger, TimeProvider time)
    {
        _feed = feed;
        _logger = logger;
        _time = time;
    }

    /// <summary>Records that a source could not bring into the feed, and that nobody will read: told where they are missing.</summary>
    /// <param name="topic">Where they are missing.</param>
    /// <param name="source">Whose they were.</param>
    /// <param name="after">The last record before them; zero where it is not known.</param>
    /// <param name="records">How many; null where nobody knows.</param>
    /// <param name="from">From when.</param>
    /// <param name="to">Until when.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FeedException">It could not be told; it must be told again.</exception>
    public async ValueTask AppendGapAsync(
        string topic, string source, RecordId after, long? records, DateTimeOffset from, DateTimeOffset to, string reason, CancellationToken cancellationToken = default)
    {
        byte[] data = Compose(json =>
        {
            json.WriteString("topic"u8, topic);
            json.WriteString("source"u8, source);
            if (after != RecordId.Zero) json.WriteString("after"u8, after.ToString());
            if (records is { } count) json.WriteNumber("records"u8, count);
            json.WriteString("from"u8, from.UtcDateTime);
            json.WriteString("to"u8, to.UtcDateTime);
            json.WriteString("reason"u8, reason);
        });
        if (!await TryAppendAsync("GAP", topic, data, cancellationToken)) await LeaveAsync("GAP", topic, data, cancellationToken);
    }

    /// <summary>Tells what other processes had to leave.</summary>
    public async ValueTask TellWaitingAsync(CancellationToken cancellationToken = default)
    {
        IReadOnlyList<FeedDocument> waiting = await _feed.Documents.ListAsync(Collection, cancellationToken);
        foreach (FeedDocument document in waiting)
        {
            if (!document.IsDamaged && TryRead(document, out string type, out string subject, out byte[] data) && !await TryAppendAsync(type, subject, data, cancellationToken)) return;
            await _feed.Documents.TryDeleteAsync(Collection, document, cancellationToken);
        }
    }

    internal ValueTask RegisteredAsync(ConsumerInfo consumer, CancellationToken cancellationToken) => TellAsync("CONSUMER_REGISTERED", consumer.Name, json =>
    {
        json.WriteString("consumer"u8, consumer.Name);
        json.WriteStartArray("topics"u8);
        foreach (string pattern in consumer.Registration.Topics.Patterns) json.WriteStringValue(pattern);
        json.WriteEndArray();
        json.WriteString("filter"u8, consumer.Registration.Filter.Text);
        json.WriteString("start"u8, consumer.Registration.Start.ToString());
    }, cancellationToken);

    internal ValueTask UnregisteredAsync(string consumer, CancellationToken cancellationToken) =>
        TellAsync("CONSUMER_UNREGISTERED", consumer, json => json.WriteString("consumer"u8, consumer), cancellationToken);

    internal ValueTask AbortedAsync(ConsumerInfo consumer, CancellationToken cancellationToken) => TellAsync("CONSUMER_ABORTED", consumer.Name, json =>
    {
        json.WriteString("consumer"u8, consumer.Name);
        json.WriteString("reason"u8, consumer.Abort!.Reason);
        json.WriteStartArray("lost"u8);
        foreach (ConsumerLoss loss in consumer.Abort.Losses)
        {
            json.WriteStartObject();
            json.WriteString("topic"u8, loss.Topic);
            json.WriteString("first"u8, loss.FirstId.ToString());
            json.WriteString("last"u8, loss.LastId.ToString());
            json.WriteNumber("records"u8, loss.Records);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }, cancellationToken);

    internal ValueTask TrimmedAsync(string topic, RecordId from, RecordId below, long records, string reason, CancellationToken cancellationToken) => TellAsync("TRIMMED", topic, json =>
    {
        json.WriteString("topic"u8, topic);
        json.WriteString("first"u8, from.ToString());
        json.WriteString("below"u8, below.ToString());
        json.WriteNumber("records"u8, records);
        json.WriteString("reason"u8, reason);
    }, cancellationToken);

    private async ValueTask TellAsync(string type, string subject, Action<Utf8JsonWriter> write, CancellationToken cancellationToken)
    {
        byte[] data = Compose(write);
        try
        {
            if (!await TryAppendAsync(type, subject, data, cancellationToken)) await LeaveAsync(type, subject, data, cancellationToken);
        }
        catch (FeedException failed)
        {
            // What happened has happened; that it cannot be told does not undo it.
            ConsumingLog.EventLost(_logger, type, subject, failed.Message);
        }
    }

    private static byte[] Compose(Action<Utf8JsonWriter> write)
    {
        var data = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(data))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return data.WrittenSpan.ToArray();
    }

    private async ValueTask<bool> TryAppendAsync(string type, string subject, byte[] data, CancellationToken cancellationToken)
    {
        try
        {
            var batch = new RecordBatch();
            batch.Add(Encoding.UTF8.GetBytes(type), "feed"u8, Encoding.UTF8.GetBytes(subject), data);
            await _feed.AppendAsync(Topic, batch, default, cancellationToken);
            return true;
        }
        catch (TopicLockedException)
        {
            return false;
        }
    }

    private async ValueTask LeaveAsync(string type, string subject, byte[] data, CancellationToken cancellationToken)
    {
        if ((await _feed.Documents.ListAsync(Collection, cancellationToken)).Count >= MaxWaiting)
            throw new FeedException($"{MaxWaiting} events wait for the process that writes '{Topic}'.");
        var content = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(content))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, type);
            json.WriteString("subject"u8, subject);
            json.WriteBase64String("data"u8, data);
            json.WriteEndObject();
        }

        // Named so that they are told in the order of their times.
        string name = $"{_time.GetUtcNow().ToUnixTimeMilliseconds():d15}-{Guid.NewGuid():n}";
        await _feed.Documents.TryWriteAsync(Collection, name, content.WrittenSpan.ToArray(), null, cancellationToken);
    }

    private static bool TryRead(FeedDocument document, out string type, out string subject, out byte[] data)
    {
        type = subject = "";
        data = [];
        try
        {
            using JsonDocument json = JsonDocument.Parse(document.Content);
            type = json.RootElement.GetProperty("type"u8).GetString()!;
            subject = json.RootElement.GetProperty("subject"u8).GetString()!;
            data = json.RootElement.GetProperty("data"u8).GetBytesFromBase64();
            return true;
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }
}
