using System.Globalization;
using System.Text.Json;
using Weir.Cli.Terminals;
using Weir.Feed.Consuming;
using Weir.Server.Configuration;

namespace Weir.Cli.Verbs.Feed;

/// <summary>Prints consumers and how far they are behind.</summary>
internal static class ConsumerPrinter
{
    private static readonly string[] Headings = ["CONSUMER", "STATE", "RECORDS", "BYTES", "SECONDS", "SEEN", "TOPICS"];

    public static void WriteTable(OutputBuffer output, IEnumerable<ConsumerBacklog> backlogs)
    {
        var rows = new List<string[]> { Headings };
        rows.AddRange(backlogs.Select(static backlog => new[]
        {
            backlog.Consumer.Name,
            Name(backlog.Consumer.State),
            (backlog.IsExact ? "" : "~") + backlog.Records.ToString(CultureInfo.InvariantCulture),
            backlog.SizeBytes.ToString(CultureInfo.InvariantCulture),
            backlog.Age.TotalSeconds.ToString("0", CultureInfo.InvariantCulture),
            Time(backlog.Consumer.SeenAt),
            backlog.Consumer.State == ConsumerState.Damaged ? "?" : backlog.Consumer.Registration.Topics.ToString(),
        }));
        TextTable.Write(output, rows, alignRight: [2, 3, 4]);
    }

    /// <summary>An object on a line of its own.</summary>
    public static void WriteJson(OutputBuffer output, ConsumerBacklog backlog)
    {
        using (var json = new Utf8JsonWriter(output, OutputJson.Compact)) Write(json, backlog);
        output.EndLine();
    }

    private static void Write(Utf8JsonWriter json, ConsumerBacklog backlog)
    {
        ConsumerInfo consumer = backlog.Consumer;
        ConsumerRegistration registration = consumer.Registration;
        json.WriteStartObject();
        json.WriteString("consumer", consumer.Name);
        json.WriteString("state", Name(consumer.State));
        json.WriteStartArray("topics");
        if (consumer.State != ConsumerState.Damaged)
        {
            foreach (string pattern in registration.Topics.Patterns) json.WriteStringValue(pattern);
        }

        json.WriteEndArray();
        json.WriteString("filter", registration.Filter.Text);
        json.WriteString("start", registration.Start.ToString());
        if (registration.Limits.AbortTimeout == Timeout.InfiniteTimeSpan) json.WriteNull("abort_timeout");
        else json.WriteString("abort_timeout", Duration.Format(registration.Limits.AbortTimeout));
        json.WriteNumber("abort_records", registration.Limits.AbortRecords);
        json.WriteNumber("abort_bytes", registration.Limits.AbortBytes);
        json.WriteBoolean("coalesce", registration.Coalesces);
        json.WriteString("registered", Time(consumer.RegisteredAt));
        json.WriteString("seen", Time(consumer.SeenAt));
        json.WriteNumber("records", backlog.Records);
        json.WriteNumber("bytes", backlog.SizeBytes);
        json.WriteNumber("seconds", Math.Round(backlog.Age.TotalSeconds, 3));
        json.WriteBoolean("exact", backlog.IsExact);
        WriteReader(json, consumer.Reader);
        WriteAbort(json, consumer.Abort);
        json.WriteStartArray("backlog");
        foreach (ConsumerTopicBacklog topic in backlog.Topics) WriteTopic(json, topic);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteTopic(Utf8JsonWriter json, ConsumerTopicBacklog topic)
    {
        json.WriteStartObject();
        json.WriteString("topic", topic.Topic);
        TopicJson.WriteId(json, "position", topic.Position);
        TopicJson.WriteId(json, "first_id", topic.Behind.FirstId);
        TopicJson.WriteId(json, "last_id", topic.Behind.Records == 0 ? null : topic.Behind.LastId);
        json.WriteNumber("records", topic.Behind.Records);
        json.WriteNumber("bytes", topic.Behind.SizeBytes);
        json.WriteBoolean("exact", topic.Behind.IsExact);
        json.WriteEndObject();
    }

    private static void WriteReader(Utf8JsonWriter json, ReaderSession? reader)
    {
        if (reader is null)
        {
            json.WriteNull("reader");
            return;
        }

        json.WriteStartObject("reader");
        json.WriteNumber("number", reader.Number);
        json.WriteString("owner", reader.Owner);
        json.WriteString("since", Time(reader.Since));
        json.WriteEndObject();
    }

    private static void WriteAbort(Utf8JsonWriter json, ConsumerAbort? abort)
    {
        if (abort is null)
        {
            json.WriteNull("abort");
            return;
        }

        json.WriteStartObject("abort");
        json.WriteString("reason", abort.Reason);
        json.WriteString("at", Time(abort.At));
        json.WriteStartArray("lost");
        foreach (ConsumerLoss loss in abort.Losses)
        {
            json.WriteStartObject();
            json.WriteString("topic", loss.Topic);
            TopicJson.WriteId(json, "first_id", loss.FirstId);
            TopicJson.WriteId(json, "last_id", loss.LastId);
            json.WriteNumber("records", loss.Records);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Name(ConsumerState state) => state switch
    {
        ConsumerState.Active => "active",
        ConsumerState.Aborted => "aborted",
        _ => "damaged",
    };

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
