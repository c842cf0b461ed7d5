using System.CommandLine;
using System.Globalization;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Feed;

namespace Weir.Cli.Verbs.Feed;

/// <summary><c>weir feed trim</c>: removes a topic's oldest records.</summary>
internal sealed class TrimVerb : FeedVerb
{
    public const string Summary = "Remove the oldest records of a topic.";

    private readonly Argument<string> _topic = new("TOPIC") { Description = "The topic." };
    private readonly Option<string> _below = new("--below")
    {
        HelpName = "PLACE",
        Required = true,
        Description = $"Remove what is older than this; the record at the place stays: {Place.Forms}.",
    };
    private readonly Option<bool> _json = SharedOptions.Json();

    public TrimVerb() : base("trim", Summary)
    {
        Arguments.Add(_topic);
        Options.Add(_below);
        Options.Add(_json);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Makes every record below the place unreadable, at once and for all readers; the room is given back as whole segments become free. It cannot be undone, and it does not ask which consumers have yet to read them. The topic may be written meanwhile.",
            "It prints what is left; with --json as one object, as 'weir feed topics' does.",
        ],
        Examples =
        [
            new("weir feed trim hsm:actions:elm-MDT0000 --below 30d", "Remove what is older than thirty days."),
            new("weir feed trim hsm:sources --below 1735689600000-0", "Remove what lies before a record."),
        ],
        Environment = FeedEnvironment,
        Files = FeedFiles,
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        RecordId below = Place.Lowest(run.Get(_below)!, "--below", run.Time);
        await using IFeedEngine feed = OpenExisting(run);
        TopicInfo before = await DescribeAsync(feed, run.Get(_topic), cancellationToken);
        await feed.TrimAsync(before.Topic, below, cancellationToken);
        TopicInfo after = await DescribeAsync(feed, before.Topic, cancellationToken);
        if (run.Get(_json)) TopicJson.WriteLine(run.Out, after);
        else run.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{after.Topic}: {after.Count} records left{(after.Count == 0 ? "" : $", from {after.FirstId} on")}"));
        return ExitCode.Done;
    }
}
