using System.CommandLine;
using Weir.BlockEvents.Collectors.Journal;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Index;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Cli.Verbs.Feed;
using Weir.Feed;

namespace Weir.Cli.Verbs.Events;

/// <summary><c>weir events query</c>: prints events that happened.</summary>
internal sealed class QueryVerb : FeedVerb
{
    public const string Summary = "Print storage events that have happened.";

    private readonly EventOptions _events = new();
    private readonly Option<string?> _since = new("--since") { HelpName = "TIME", Description = "Only events from this time on: today, yesterday, 2018-05-21, \"2018-05-21 18:17:16\"; local, unless an offset is given." };

    public QueryVerb() : base("query", Summary)
    {
        foreach (Option option in _events.All.Append(_since)) Options.Add(option);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Prints the events of the feed, oldest first, as 'weir events monitor' does. With --journal those that Weir or Peripety has stored in systemd's journal, of this or another machine.",
        ],
        Examples =
        [
            new("weir events query --since yesterday --severity Error", "What went wrong lately."),
            new("weir events query --blk sda --format JsonPretty", "All that is known about a disk and what stands on it."),
            new("weir events query --journal --event-type 'DM_MPATH_*'", "Path failures, from the journal."),
        ],
        ExitCodes = [new("3", "events that should be there are damaged or missing in the feed; all others were printed")],
        Environment = FeedEnvironment,
        Files = FeedFiles,
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        EventFilter filter = _events.FilterOf(run);
        DateTimeOffset? since = run.Get(_since) is { } text ? SinceTime.Parse(text, run.Time) : null;
        var printer = new EventPrinter(run.Out, _events.FormatOf(run), run.Terminal.HasColor);
        void Print(StorageEvent one)
        {
            if (since is null || one.Timestamp >= since) printer.Print(one);
        }

        if (run.Get(_events.Journal) || run.Get(_events.Directories) is { Length: > 0 })
        {
            using var journal = new JournalEvents(run.Get(_events.Directories) ?? [], fromEnd: false, run.Loggers.CreateLogger("Weir.BlockEvents"));
            while (journal.Read(filter, Print)) cancellationToken.ThrowIfCancellationRequested();
            return ExitCode.Done;
        }

        await using IFeedEngine feed = OpenExisting(run);
        // An event is appended after it happened, so the time of its record tells where to begin.
        var query = new EventQuery(feed, filter, since is { } time ? RecordId.AtTime(time).Previous() : RecordId.Zero);
        await query.RunAsync(Print, cancellationToken);
        return query.HasGaps ? ExitCode.FoundProblems : ExitCode.Done;
    }
}
