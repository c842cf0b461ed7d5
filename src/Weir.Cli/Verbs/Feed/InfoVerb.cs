using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Cli.Terminals;
using Weir.Feed;

namespace Weir.Cli.Verbs.Feed;

/// <summary><c>weir feed info</c>: everything about one topic.</summary>
internal sealed class InfoVerb : FeedVerb
{
    public const string Summary = "Describe a topic: its ends, its size, its consumers, how safe an append is.";

    private readonly Argument<string> _topic = new("TOPIC") { Description = "The topic." };
    private readonly Option<bool> _json = SharedOptions.Json();

    public InfoVerb() : base("info", Summary)
    {
        Arguments.Add(_topic);
        Options.Add(_json);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Prints how many records can be read, the first and the last id with their times, the bytes the topic takes, what a durable append guarantees, and the consumers that have a position, with it.",
            "With --json it is one object with the members topic, records, first_id, last_id, bytes, durability and consumers; each consumer has name and position.",
        ],
        Examples = [new("weir feed info hsm:actions:elm-MDT0000", "What the feed has of one MDT.")],
        Environment = FeedEnvironment,
        Files = FeedFiles,
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        await using IFeedEngine feed = OpenExisting(run);
        TopicInfo info = await DescribeAsync(feed, run.Get(_topic), cancellationToken);
        IReadOnlyList<ConsumerPosition> consumers = await feed.ListPositionsAsync(info.Topic, cancellationToken);
        if (run.Get(_json)) WriteJson(run, info, consumers);
        else WriteText(run, feed, info, consumers);
        return ExitCode.Done;
    }

    private static void WriteText(Invocation run, IFeedEngine feed, TopicInfo info, IReadOnlyList<ConsumerPosition> consumers)
    {
        var rows = new List<string[]>
        {
            new[] { "topic", info.Topic },
            new[] { "feed", feed.Address },
            new[] { "records", info.Count.ToString(CultureInfo.InvariantCulture) },
            new[] { "first", Describe(info.FirstId) },
            new[] { "last", Describe(info.LastId) },
            new[] { "bytes", info.SizeBytes.ToString(CultureInfo.InvariantCulture) },
            new[] { "durability", info.Durability },
        };
        rows.AddRange(consumers.Select(consumer => new[] { "consumer", $"{consumer.Consumer} up to {Describe(consumer.Position)}" }));
        TextTable.Write(run.Out, rows, alignRight: []);
    }

    private static string Describe(RecordId id) =>
        id == RecordId.Zero ? "-" : string.Create(CultureInfo.InvariantCulture, $"{id} ({id.Time.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'})");

    private static void WriteJson(Invocation run, TopicInfo info, IReadOnlyList<ConsumerPosition> consumers)
    {
        using (var json = new Utf8JsonWriter(run.Out, OutputJson.Compact))
        {
            json.WriteStartObject();
            TopicJson.WriteMembers(json, info);
            json.WriteStartArray("consumers");
            foreach (ConsumerPosition consumer in consumers)
            {
                json.WriteStartObject();
                json.WriteString("name", consumer.Consumer);
                TopicJson.WriteId(json, "position", consumer.Position);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        run.Out.EndLine();
    }
}
