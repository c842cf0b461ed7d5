using System.CommandLine;
using Weir.BlockEvents.Collectors.Journal;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Pipeline;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Cli.Verbs.Feed;
using Weir.Feed;
using Weir.Server.Events;

namespace Weir.Cli.Verbs.Events;

/// <summary><c>weir events monitor</c>: prints events as they come.</summary>
internal sealed class MonitorVerb : FeedVerb
{
    public const string Summary = "Print storage events as they happen.";

    private readonly EventOptions _events = new();

    public MonitorVerb() : base("monitor", Summary)
    {
        foreach (Option option in _events.All) Options.Add(option);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Waits for events and prints each as a line: when, how bad, the sub-system and type, the device by the name that stays, behind < what stands on it, where that is mounted, how many lines were folded into it (x12), and from which event it follows. The feed need not have events yet.",
            "Somebody has to make the events: 'weir events collect' or 'weir serve --role events'. With --journal it waits for what these, or Peripety, store in systemd's journal.",
        ],
        Examples =
        [
            new("weir events monitor", "Everything, as it happens."),
            new("weir events monitor --severity Error --blk /mnt/data", "What goes wrong below one mount point."),
            new("weir events monitor --json", "For a program."),
        ],
        Done = "interrupted by SIGINT or SIGTERM",
        Environment = FeedEnvironment,
        Files = FeedFiles,
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        EventFilter filter = _events.FilterOf(run);
        var printer = new EventPrinter(run.Out, _events.FormatOf(run), run.Terminal.HasColor);
        try
        {
            if (run.Get(_events.Journal) || run.Get(_events.Directories) is { Length: > 0 }) await FollowJournalAsync(run, filter, printer, cancellationToken);
            else await FollowFeedAsync(run, filter, printer, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Being interrupted is how it ends.
        }

        return ExitCode.Done;
    }

    private async Task FollowFeedAsync(Invocation run, EventFilter filter, EventPrinter printer, CancellationToken cancellationToken)
    {
        await using IFeedEngine feed = Server.Feeds.FeedOpener.Open(Locate(run), run.Loggers);
        using IFeedWatch watch = feed.Watch(EventMakerOptions.Topic);
        RecordId after = (await feed.MeasureAsync(EventMakerOptions.Topic, RecordId.Max, cancellationToken)).LastId;
        await using var reader = new EventReader(feed, after);
        while (true)
        {
            while (await reader.ReadAsync(filter, printer.Print, cancellationToken)) run.Out.Flush();
            await watch.WaitAsync(cancellationToken);
        }
    }

    private async Task FollowJournalAsync(Invocation run, EventFilter filter, EventPrinter printer, CancellationToken cancellationToken)
    {
        using var journal = new JournalEvents(run.Get(_events.Directories) ?? [], fromEnd: true, run.Loggers.CreateLogger("Weir.BlockEvents"));
        while (true)
        {
            while (journal.Read(filter, printer.Print)) cancellationToken.ThrowIfCancellationRequested();
            run.Out.Flush();
            await journal.WaitAsync(cancellationToken);
        }
    }
}
