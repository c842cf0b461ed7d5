using System.CommandLine;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Cli.Screens;
using Weir.Cli.Top;
using Weir.Feed;
using Weir.Hsm.Top;
using Weir.Server.Configuration;

namespace Weir.Cli.Verbs.Hsm;

/// <summary><c>weir hsm top</c>: what the MDTs have to do, live.</summary>
internal sealed class TopVerb : HsmVerb
{
    public const string Summary = "Show the live actions, full screen.";

    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(100);

    private readonly Option<string> _interval = new("--interval")
    {
        HelpName = "DURATION",
        DefaultValueFactory = _ => "2",
        Description = "From frame to frame: seconds, or 500ms, 1m.",
    };
    private readonly Option<bool> _once = new("--once", "--run-once") { Description = "Print one plain frame and end." };
    private readonly Option<string[]> _mdts = new("--mdt")
    {
        HelpName = "MDT",
        Description = "Only this MDT: elm-MDT0000, MDT0000, or a pattern with * and ?. May be repeated, as the next two.",
    };
    private readonly Option<string[]> _actions = new("--action") { HelpName = "ACTION", Description = "Only this action: ARCHIVE, RESTORE, REMOVE, CANCEL." };
    private readonly Option<string[]> _statuses = new("--status") { HelpName = "STATUS", Description = "Only this status: WAITING, STARTED, SUCCEED, FAILED, CANCELED." };
    private readonly Option<string> _group = new("--group") { HelpName = "BY", DefaultValueFactory = _ => "state", Description = "A row for each state (MDT, action and status), mdt, archive or action." };
    private readonly Option<string> _sort = new("--sort") { HelpName = "BY", DefaultValueFactory = _ => "name", Description = "Sort by name, count, diff, rate or oldest." };
    private readonly Option<bool> _reverse = new("--reverse") { Description = "The other way round." };
    private readonly Option<string> _stuckAfter = new("--stuck-after")
    {
        HelpName = "DURATION",
        DefaultValueFactory = _ => "1h",
        Description = "An action that has been STARTED for longer is stuck. At least a minute, as finely as minutes.",
    };
    private readonly Option<bool> _json = SharedOptions.Json();

    public TopVerb() : base("top", Summary)
    {
        foreach (Option option in (Option[])[_interval, _once, _mdts, _actions, _statuses, _group, _sort, _reverse, _stuckAfter, _json]) Options.Add(option);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Replays the action topics and then shows, for each MDT, action and status, how many actions are live, what changed since the frame before, how many come and go, how long the oldest waits or runs, and the trend of the last half hour; below, the oldest waiting and the stuck actions by name. MDTs that nobody reports any more stand above the table, in red.",
            "Keys: q quits, g groups, s sorts, r reverses, / filters, the arrows scroll, space stands still, ? explains the others. The terminal is left as it was found.",
            "Where there is no screen to draw on (a pipe, TERM=dumb) a plain frame is printed every interval. The first lines of a plain frame have the shape that the Python viewer's have.",
        ],
        Examples =
        [
            new("weir hsm top", "Everything, every two seconds."),
            new("weir hsm top --status waiting --status started --sort oldest", "What is to be done, the longest waiting first."),
            new("weir hsm top --once --group archive", "One frame on standard output, by archive."),
            new("weir hsm top --once --json --stuck-after 30m | jq '.stuck'", "The actions that have been running for half an hour, for a script."),
        ],
        Done = "quit, interrupted by SIGINT or SIGTERM, or with --once, the frame printed",
        Environment =
        [
            .. HsmEnvironment,
            new("NO_COLOR", "When it is set: no colours."),
            new("TERM", "When it is dumb or not set: plain frames."),
            new("LC_ALL, LC_CTYPE, LANG", "The first of these that is set decides: without UTF-8 in it nothing but ASCII is drawn."),
        ],
        Files = FeedFiles,
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        TopQuery query = Query(run);
        TimeSpan interval = ReadDuration(run, _interval, ShortestInterval);
        if (run.Get(_json) && !run.Get(_once)) throw new UsageException("--json goes with --once");
        EffectiveConfiguration configuration = Configure(run);
        await using IFeedEngine engine = OpenExisting(run, configuration);
        var model = new TopModel(run.Time);
        await using var feed = new TopFeed(engine, configuration.Options.Hsm.Topic, model);
        if (run.Get(_once)) await PrintOnceAsync(run, query, engine.Address, feed, model, cancellationToken);
        else await WatchAsync(run, query, interval, engine.Address, feed, model, cancellationToken);
        return ExitCode.Done;
    }

    private async Task PrintOnceAsync(Invocation run, TopQuery query, string address, TopFeed feed, TopModel model, CancellationToken cancellationToken)
    {
        await feed.CatchUpAsync(cancellationToken);
        if (feed.LastGap is { } gap) run.Terminal.Say($"warning: {gap}");
        model.TakeFrame();
        TopFrame frame = model.Build(query);
        if (run.Get(_json)) FrameJson.Write(run.Out, frame, address);
        else Plain(run, address).Write(frame, $"Replay complete ({Figures.Count(frame.Events)} events).");
    }

    private static async Task WatchAsync(
        Invocation run, TopQuery query, TimeSpan interval, string address, TopFeed feed, TopModel model, CancellationToken cancellationToken)
    {
        try
        {
            if (!await TopScreen.TryRunAsync(run.Terminal, query, interval, address, feed, model, run.Time, cancellationToken))
                await new TopBatch(run.Out, feed, model, Plain(run, address), run.Time).RunAsync(query, interval, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Being interrupted is how it ends.
        }
    }

    private static PlainFrame Plain(Invocation run, string address) => new(run.Out, address, TerminalTraits.Of(run.Terminal).IsUnicode);

    private TopQuery Query(Invocation run) => new()
    {
        Filter = new(Words(run, _mdts), Words(run, _actions), Words(run, _statuses)),
        Grouping = ReadName<TopGrouping>(run, _group),
        Sort = ReadName<TopSort>(run, _sort),
        IsReversed = run.Get(_reverse),
        StuckAfter = ReadDuration(run, _stuckAfter, TimeSpan.FromMinutes(1)),
    };

    private static IEnumerable<string> Words(Invocation run, Option<string[]> option) =>
        (run.Get(option) ?? []).SelectMany(words => words.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private static T ReadName<T>(Invocation run, Option<string> option)
        where T : struct, Enum
    {
        string text = run.Get(option)!;
        foreach (T value in Enum.GetValues<T>())
        {
            if (string.Equals($"{value}", text, StringComparison.OrdinalIgnoreCase)) return value;
        }

        string[] known = [.. Enum.GetNames<T>().Select(name => name.ToLowerInvariant())];
        throw new UsageException($"{option.Name}: '{text}' is none of {string.Join(", ", known)}{Suggestion.Phrase(text, known)}");
    }

    private static TimeSpan ReadDuration(Invocation run, Option<string> option, TimeSpan least)
    {
        string text = run.Get(option)!;
        if (!Duration.TryParse(text, out TimeSpan duration)) throw new UsageException($"{option.Name}: '{text}' is not {Duration.Expected}");
        if (duration < least) throw new UsageException($"{option.Name}: '{text}' is less than {Duration.Format(least)}");
        return duration;
    }
}
