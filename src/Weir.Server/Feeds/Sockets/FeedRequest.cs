using System.Text.Json;
using Weir.Feed;
using Weir.Feed.Consuming;

namespace Weir.Server.Feeds.Sockets;

/// <summary>A line from a client that is not what it has to be.</summary>
/// <param name="code">One word for programs.</param>
/// <param name="message">What was wrong and what is expected.</param>
public sealed class FeedRequestException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;
}

/// <summary>What a client of the socket asks for with its first line. Format: docs/feed-socket.md.</summary>
public sealed record FeedRequest
{
    private const int MaxDepth = 4;
    private const int MostPatterns = 64;

    /// <summary>The registered consumer to read as; null: a transient feed.</summary>
    public string? Consumer { get; init; }

    /// <summary>The topics and prefixes (with a star); null: those of the registered consumer.</summary>
    public TopicSelection? Topics { get; init; }

    public RecordFilter Filter { get; init; } = RecordFilter.All;

    public ConsumerStart From { get; init; } = ConsumerStart.Last;

    public EventFraming Framing { get; init; } = EventFraming.Lines;

    /// <summary>Whether each acknowledgement is answered once it is durable.</summary>
    public bool Confirms { get; init; }

    /// <summary>Whether a consumer that is registered by this has its topics coalesced, where they have a rule for it.</summary>
    public bool Coalesces { get; init; }

    /// <summary>Whether the connection ends when everything that was there is sent.</summary>
    public bool Once { get; init; }

    /// <exception cref="FeedRequestException">It is no request.</exception>
    public static FeedRequest Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = MaxDepth });
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw Wrong("the first line is not a JSON object");
            var request = new FeedRequest();
            foreach (JsonProperty member in document.RootElement.EnumerateObject()) request = request.With(member.Name, member.Value);
            if (request.Topics is null && request.Consumer is null) throw Wrong("'topics' is missing: a list of topics and of prefixes with a star");
            if (request.Coalesces && (request.Topics is null || request.Consumer is null)) throw Wrong("'coalesce' is for a consumer that is registered by this, with 'consumer' and 'topics'");
            return request;
        }
        catch (JsonException exception)
        {
            throw Wrong($"the first line is not JSON: {exception.Message.Split(" LineNumber:")[0]}");
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or InvalidOperationException)
        {
            throw Wrong(exception.Message);
        }
    }

    private FeedRequest With(string name, JsonElement value)
    {
        switch (name)
        {
            case "consumer":
                if (value.ValueKind == JsonValueKind.Null) return this;
                string consumer = Text(name, value);
                TopicName.ThrowIfInvalid(consumer, "consumer");
                return this with { Consumer = consumer };
            case "topics":
                string[] patterns = value.ValueKind == JsonValueKind.Array && value.GetArrayLength() is > 0 and <= MostPatterns
                    ? [.. value.EnumerateArray().Select(item => Text(name, item))]
                    : value.ValueKind == JsonValueKind.String ? [value.GetString()!] : throw Wrong($"'topics' is not a list of 1 to {MostPatterns} names");
                return this with { Topics = TopicSelection.Parse(patterns) };
            case "filter":
                if (value.ValueKind == JsonValueKind.Null) return this;
                return RecordFilter.TryParse(Text(name, value), out RecordFilter? filter, out string problem) ? this with { Filter = filter } : throw Wrong($"filter: {problem}");
            case "from":
                return this with { From = ConsumerStart.Parse(Text(name, value)) };
            case "frames":
                return this with
                {
                    Framing = Text(name, value) switch { "lines" => EventFraming.Lines, "length" => EventFraming.Length, var other => throw Wrong($"'frames' is '{other}', and may be 'lines' or 'length'") },
                };
            case "confirm":
                return this with { Confirms = Flag(name, value) };
            case "coalesce":
                return this with { Coalesces = Flag(name, value) };
            case "once":
                return this with { Once = Flag(name, value) };
            default:
                throw Wrong($"'{name}' is nothing that a request has; there are consumer, topics, filter, from, frames, confirm, coalesce and once");
        }
    }

    private static string Text(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong($"'{name}' is not a text");

    private static bool Flag(string name, JsonElement value) =>
        value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong($"'{name}' is neither true nor false");

    private static FeedRequestException Wrong(string problem) => new("bad_request", problem);
}

/// <summary>An acknowledgement that a client sends: <c>{"ack":"ID","topic":"TOPIC"}</c>.</summary>
/// <param name="Topic">The topic; null: the only one that the consumer reads.</param>
/// <param name="Id">Up to which record.</param>
public readonly record struct FeedAck(string? Topic, RecordId Id)
{
    /// <exception cref="FeedRequestException">It is none.</exception>
    public static FeedAck Parse(ReadOnlySpan<byte> line)
    {
        string? topic = null;
        RecordId? id = null;
        try
        {
            var reader = new Utf8JsonReader(line);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw Wrong();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isAck = reader.ValueTextEquals("ack"u8);
                if (!isAck && !reader.ValueTextEquals("topic"u8)) throw Wrong();
                if (!reader.Read() || reader.TokenType != JsonTokenType.String) throw Wrong();
                string text = reader.GetString()!;
                if (!isAck) topic = text;
                else if (RecordId.TryParse(text, out RecordId parsed)) id = parsed;
                else throw Wrong();
            }

            if (reader.TokenType != JsonTokenType.EndObject || reader.Read()) throw Wrong();
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            throw Wrong();
        }

        return id is { } up ? new(topic, up) : throw Wrong();
    }

    private static FeedRequestException Wrong() => new("bad_request", """a line after the first is an acknowledgement, {"ack":"ID"} or {"ack":"ID","topic":"TOPIC"}""");
}
