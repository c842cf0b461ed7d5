using System.CommandLine;
using System.Globalization;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Cli.Terminals;
using Weir.Feed;

namespace Weir.Cli.Verbs.Feed;

/// <summary><c>weir feed topics</c>: the topics of a feed and what each holds.</summary>
internal sealed class TopicsVerb : FeedVerb
{
    public const string Summary = "List the topics and what each holds.";

    private static readonly string[] Headings = ["TOPIC", "RECORDS", "FIRST", "LAST", "BYTES"];

    private readonly Argument<string> _prefix = new("PREFIX") { DefaultValueFactory = _ => "", Description = "Only the topics whose name starts with this." };
    private readonly Option<bool> _json = SharedOptions.Json();

    public TopicsVerb() : base("topics", Summary)
    {
        Arguments.Add(_prefix);
        Options.Add(_json);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Prints a line for each topic: its name, how many records can be read, the ids of the first and of the last one, and the bytes it takes. The last id is the last one ever given, also when its record has been trimmed.",
            "With --json each line is an object with the members topic, records, first_id, last_id, bytes and durability; an id is null where there is none.",
        ],
        Examples =
        [
            new("weir feed topics", "All topics of the default feed."),
            new("weir feed topics hsm:actions: --feed file:/srv/feed --json", "The action topics of the feed in /srv/feed, for a program."),
        ],
        Environment = FeedEnvironment,
        Files = FeedFiles,
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        await using IFeedEngine feed = OpenExisting(run);
        var rows = new List<string[]> { Headings };
        foreach (string topic in await feed.ListTopicsAsync(run.Get(_prefix), cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await feed.DescribeAsync(topic, cancellationToken) is not { } info) continue;
            if (run.Get(_json)) TopicJson.WriteLine(run.Out, info);
            else rows.Add(Row(info));
        }

        if (!run.Get(_json)) TextTable.Write(run.Out, rows, alignRight: [1, 4]);
        return ExitCode.Done;
    }

    private static string[] Row(TopicInfo info) =>
    [
        info.Topic, info.Count.ToString(CultureInfo.InvariantCulture),
        info.FirstId == RecordId.Zero ? "-" : info.FirstId.ToString(), info.LastId == RecordId.Zero ? "-" : info.LastId.ToString(),
        info.SizeBytes.ToString(CultureInfo.InvariantCulture),
    ];
}
