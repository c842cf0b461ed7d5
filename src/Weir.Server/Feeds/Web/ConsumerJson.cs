using System.Text.Json;
using Weir.Feed;
using Weir.Feed.Consuming;
using Weir.Server.Configuration;

namespace Weir.Server.Feeds.Web;

/// <summary>Consumers as JSON, on their way in and out.</summary>
internal static class ConsumerJson
{
    private const int MostPatterns = 256;

    public static void Write(Utf8JsonWriter json, ConsumerBacklog backlog)
    {
        ConsumerInfo consumer = backlog.Consumer;
        json.WriteStartObject();
        json.WriteString("consumer", consumer.Name);
        json.WriteString("state", consumer.State.ToString().ToLowerInvariant());
        json.WriteStartArray("topics");
        foreach (string pattern in consumer.Registration.Topics.Patterns) json.WriteStringValue(pattern);
        json.WriteEndArray();
        if (!consumer.Registration.Filter.IsAll) json.WriteString("filter", consumer.Registration.Filter.Text);
        if (consumer.Registration.Coalesces) json.WriteBoolean("coalesce", true);
        json.WriteString("registered", consumer.RegisteredAt.UtcDateTime);
        json.WriteString("seen", consumer.SeenAt.UtcDateTime);
        if (consumer.Reader is { } reader) json.WriteString("reader", reader.Owner);
        if (consumer.Abort is { } abort) json.WriteString("problem", $"aborted: {abort.Reason}");
        json.WriteStartObject("backlog");
        json.WriteNumber("records", backlog.Records);
        json.WriteNumber("bytes", backlog.SizeBytes);
        json.WriteNumber("seconds", Math.Round(backlog.Age.TotalSeconds, 3));
        json.WriteBoolean("exact", backlog.IsExact);
        json.WriteStartArray("topics");
        foreach (ConsumerTopicBacklog topic in backlog.Topics)
        {
            json.WriteStartObject();
            json.WriteString("topic", topic.Topic);
            if (topic.Position is { } position) json.WriteString("acked", position.ToString());
            if (topic.Behind.FirstId != RecordId.Zero) json.WriteString("first_id", topic.Behind.FirstId.ToString());
            json.WriteString("last_id", topic.Behind.LastId.ToString());
            json.WriteNumber("records", topic.Behind.Records);
            json.WriteNumber("bytes", topic.Behind.SizeBytes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <exception cref="Http.ApiException">It is no registration.</exception>
    public static ConsumerRegistration ReadRegistration(string name, JsonDocument body)
    {
        using JsonDocument document = body;
        if (document.RootElement.ValueKind != JsonValueKind.Object) throw FeedParameters.Wrong("the body is not a JSON object");
        TopicSelection? topics = null;
        var registration = new ConsumerRegistration { Name = name, Topics = new([name], []) };
        ConsumerLimits limits = ConsumerLimits.Default;
        foreach (JsonProperty member in document.RootElement.EnumerateObject())
        {
            switch (member.Name)
            {
                case "topics":
                    if (member.Value.ValueKind != JsonValueKind.Array || member.Value.GetArrayLength() is 0 or > MostPatterns) throw FeedParameters.Wrong($"'topics' is not a list of 1 to {MostPatterns} names");
                    topics = TopicSelection.Parse(member.Value.EnumerateArray().Select(item => Text("topics", item)).ToArray());
                    break;
                case "filter":
                    registration = registration with
                    {
                        Filter = RecordFilter.TryParse(Text("filter", member.Value), out RecordFilter? filter, out string problem) ? filter : throw FeedParameters.Wrong($"filter: {problem}"),
                    };
                    break;
                case "from":
                    string from = Text("from", member.Value);
                    registration = registration with { Start = ConsumerStart.TryParse(from, out ConsumerStart start) ? start : throw FeedParameters.Wrong($"from: '{from}' is neither first, last, an id nor a time") };
                    break;
                case "coalesce":
                    registration = registration with { Coalesces = member.Value.ValueKind is JsonValueKind.True or JsonValueKind.False ? member.Value.GetBoolean() : throw FeedParameters.Wrong("'coalesce' is neither true nor false") };
                    break;
                case "abort_timeout":
                    string timeout = Text("abort_timeout", member.Value);
                    limits = limits with { AbortTimeout = Duration.TryParse(timeout, out TimeSpan value) && value > TimeSpan.Zero ? value : throw FeedParameters.Wrong($"abort_timeout: '{timeout}' is not {Duration.Expected}") };
                    break;
                case "abort_records":
                    limits = limits with { AbortRecords = Number("abort_records", member.Value) };
                    break;
                case "abort_bytes":
                    limits = limits with { AbortBytes = Number("abort_bytes", member.Value) };
                    break;
                default:
                    throw FeedParameters.Wrong($"'{member.Name}' is nothing that a registration has; there are topics, filter, from, coalesce, abort_timeout, abort_records and abort_bytes");
            }
        }

        return registration with { Topics = topics ?? throw FeedParameters.Wrong("'topics' is missing: a list of topics and of prefixes with a star"), Limits = limits };
    }

    /// <exception cref="Http.ApiException">It is no acknowledgement.</exception>
    public static (string? Topic, RecordId Id) ReadAck(JsonDocument body)
    {
        using JsonDocument document = body;
        if (document.RootElement.ValueKind != JsonValueKind.Object) throw FeedParameters.Wrong("the body is not a JSON object");
        string? topic = null;
        RecordId? id = null;
        foreach (JsonProperty member in document.RootElement.EnumerateObject())
        {
            string text = Text(member.Name, member.Value);
            if (member.Name == "topic") topic = TopicName.IsValid(text) ? text : throw FeedParameters.Wrong($"'{text}' cannot be the name of a topic");
            else if (member.Name != "id") throw FeedParameters.Wrong($"'{member.Name}' is nothing that an acknowledgement has; there are topic and id");
            else id = RecordId.TryParse(text, out RecordId parsed) ? parsed : throw FeedParameters.Wrong($"'{text}' is not a record's id");
        }

        return (topic, id ?? throw FeedParameters.Wrong("'id' is missing"));
    }

    private static string Text(string name, JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : throw FeedParameters.Wrong($"'{name}' is not a text");

    private static long Number(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) && number >= 0 ? number : throw FeedParameters.Wrong($"'{name}' is not a whole number");
}
