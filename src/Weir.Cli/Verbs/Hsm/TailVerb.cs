using System.CommandLine;
using System.Text.Json;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Feed;
using Weir.Hsm.Lfs;
using Weir.Hsm.Tailing;
using Weir.Server.Configuration;

namespace Weir.Cli.Verbs.Hsm;

/// <summary><c>weir hsm tail</c>: the events of HSM actions, a line each.</summary>
internal sealed class TailVerb : HsmVerb
{
    public const string Summary = "Print the events of HSM actions, and follow them.";

    private static readonly string[] Items =
    [
        "NEW", "UPDATE", "PURGED", "HEARTBEAT", TailFilter.Refresh, "ARCHIVE", "RESTORE", "REMOVE", "CANCEL", "NOOP", "WAITING", "STARTED", "SUCCEED", "FAILED",
        "CANCELED",
    ];

    private readonly Option<bool> _follow = new("--follow", "-f") { Description = "Go on with what comes; begin at the end unless --from-beginning is given." };
    private readonly Option<bool> _fromBeginning = new("--from-beginning") { Description = "With --follow: begin at the first event." };
    private readonly Option<bool> _once = new("--once", "--run-once") { Description = "End at the end of what there is, as without --follow." };
    private readonly Option<string[]> _hide = List("--hide", "ITEM", $"Hide events of this type, action or status, beyond PURGED, HEARTBEAT and REFRESH (an UPDATE without a change). Of {string.Join(' ', Items)}.");
    private readonly Option<string[]> _show = List("--show", "ITEM", "Show what is hidden otherwise, e.g. PURGED.");
    private readonly Option<string[]> _mdts = List("--mdt", "MDT", "Only this MDT.");
    private readonly Option<string[]> _fids = List("--fid", "FID", "Only this file.");
    private readonly Option<string?> _mountPoint = new("--mountpoint") { HelpName = "DIR", Description = "Where the file system is mounted: look up paths by 'lfs fid2path' (hsm.mountpoint)." };
    private readonly Option<bool> _json = SharedOptions.Json();
    private readonly TailRules _rules = new();

    public TailVerb() : base("tail", Summary)
    {
        foreach (Option option in (Option[])[_follow, _fromBeginning, _once, _hide, _show, _mdts, _fids, _mountPoint, _json, .. _rules.Options]) Options.Add(option);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Prints a line for each event of the topics of actions, those of several topics in the order of their ids: time, MDT, type, action, status, fid, with a mount point the path, and the record's id. An event told twice is printed once; of a purged action it says what it was. Without --follow it begins at the first event and ends at the last; with it, it goes on until it is interrupted.",
            "--hide and --show take several items, one after another or with commas, and may be repeated; so may --mdt and --fid.",
            "With --exec or --rules it does not print events but follows them, runs programs and posts webhooks, and prints a line for each time it did. What stands in the topics at the start is known and is no news, except that an action may be stuck already.",
            "With --json each line is an object with the members topic, id, event_type, mdt, fid, action, status, timestamp and, where they are known, refresh, cat_idx, rec_idx, cookie, first_seen, final_state_seen and path.",
        ],
        Examples =
        [
            new("weir hsm tail --follow", "What happens from now on."),
            new("weir hsm tail --show PURGED --hide ARCHIVE,WAITING --mdt elm-MDT0000", "What there is of one MDT, but archiving and waiting."),
            new("weir hsm tail --follow --from-beginning --mountpoint /elm --json", "Everything from the first event on, with paths, for a program."),
            new("weir hsm tail --exec /usr/local/bin/notify --on failed --on stuck=6h", "Run a program when an action fails or is started for six hours."),
        ],
        Done = "everything printed, or interrupted by SIGINT or SIGTERM",
        Environment = HsmEnvironment,
        Files = FeedFiles,
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        if (run.Get(_follow) && run.Get(_once)) throw new UsageException("--follow and --once exclude each other");
        List<ConfigurationSetting> settings = [];
        if (run.Get(_mountPoint) is { } mountPoint) settings.Add(Setting("hsm", "mountpoint", mountPoint, "--mountpoint"));
        EffectiveConfiguration configuration = Configure(run, settings);
        if (_rules.Read(run) is { Count: > 0 } rules)
        {
            await using IFeedEngine watched = OpenExisting(run, configuration);
            await TailRules.WatchAsync(run, watched, configuration.Options.Hsm.Topic, rules, run.Get(_json), cancellationToken);
            return ExitCode.Done;
        }

        var options = new TailOptions
        {
            Prefix = configuration.Options.Hsm.Topic,
            Follow = run.Get(_follow),
            FromBeginning = run.Get(_fromBeginning) || !run.Get(_follow),
            Time = run.Time,
            Filter = new TailFilter(ItemsOf(run, _hide), ItemsOf(run, _show), Split(run, _mdts), Split(run, _fids)),
        };
        await using IFeedEngine feed = OpenExisting(run, configuration);
        IPathResolver? paths = configuration.Options.Hsm.MountPoint is { } mounted
            ? new LfsPathResolver(mounted, run.Loggers.CreateLogger("Weir.Hsm.Tailing"), time: run.Time) : null;
        var tail = new Tail(feed, options, paths);
        try
        {
            await PrintAsync(run, tail, cancellationToken);
        }
        catch (OperationCanceledException) when (options.Follow && cancellationToken.IsCancellationRequested)
        {
            // Being interrupted is how following ends.
        }

        if (tail.Unreadable > 0) run.Terminal.Say($"warning: {tail.Unreadable} records are no HSM events and were passed over");
        return ExitCode.Done;
    }

    private async Task PrintAsync(Invocation run, Tail tail, CancellationToken cancellationToken)
    {
        using var json = new Utf8JsonWriter(run.Out, OutputJson.Compact);
        await using IAsyncEnumerator<TailEvent> events = tail.ReadAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            ValueTask<bool> next = events.MoveNextAsync();
            // Nothing more is there now: what was printed is shown before waiting.
            if (!next.IsCompleted) run.Out.Flush();
            if (!await next) return;
            if (run.Get(_json))
            {
                json.Reset(run.Out);
                TailJson.Write(json, events.Current);
            }
            else
            {
                run.Out.Write(TailText.Format(events.Current, run.Time.LocalTimeZone, run.Terminal.HasColor));
            }

            run.Out.EndLine();
        }
    }

    private static Option<string[]> List(string name, string helpName, string description) =>
        new(name) { HelpName = helpName, Description = description, AllowMultipleArgumentsPerToken = true };

    private static IEnumerable<string> ItemsOf(Invocation run, Option<string[]> option)
    {
        foreach (string item in Split(run, option))
        {
            if (!Items.Contains(item, StringComparer.OrdinalIgnoreCase))
                throw new UsageException($"{option.Name}: '{item}' is no type, action or status of an event{Suggestion.Phrase(item.ToUpperInvariant(), Items)}");
            yield return item;
        }
    }

    private static IEnumerable<string> Split(Invocation run, Option<string[]> option) =>
        (run.Get(option) ?? []).SelectMany(word => word.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
