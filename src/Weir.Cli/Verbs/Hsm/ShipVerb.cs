using System.CommandLine;
using Microsoft.Extensions.Logging;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Feed;
using Weir.Hsm.Shipping;
using Weir.Server.Configuration;
using Weir.Server.Feeds;
using Weir.Server.Hsm;

namespace Weir.Cli.Verbs.Hsm;

/// <summary><c>weir hsm ship</c>: turns the MDTs' action files into records.</summary>
internal sealed class ShipVerb : HsmVerb
{
    public const string Summary = "Ship HSM actions from hsm/actions files into the feed.";

    private readonly Option<bool> _once = new("--once", "--run-once") { Description = "Look at the files once, then end." };
    private readonly Option<string[]> _actions = new("--actions")
    {
        HelpName = "GLOB",
        Description = "Pattern of action files, quoted; the MDT is the name two directories above a file. May be repeated (hsm.actions).",
    };
    private readonly Option<string?> _layout = new("--layout") { HelpName = "LAYOUT", Description = "per-mdt: a topic for each MDT; single: one for all (hsm.layout; per-mdt)." };
    private readonly Option<string?> _snapshot = new("--snapshot") { HelpName = "FILE", Description = "Where the shipper keeps what it knows (hsm.snapshot; beside the feed)." };
    private readonly Option<string?> _poll = Interval("--poll-interval", "From the start of one look at the files to the next (hsm.poll_interval; 20s).");
    private readonly Option<string?> _heartbeat = Interval("--heartbeat-interval", "An action unchanged for this long is said to be alive still (hsm.heartbeat_interval; 6h).");
    private readonly Option<string?> _refresh = Interval("--refresh-interval", "An action last told in full so long ago is told in full again (hsm.refresh_interval; four heartbeats).");

    private readonly Option<bool> _maintenance = new("--maintenance-now") { Description = "Look at the files once, then purge what is in no file, trim the topics to what still counts, and end." };
    private readonly Option<string?> _reconcile = Interval("--reconcile-interval", "How often a running shipper does that by itself (hsm.reconcile_interval; never).");

    public ShipVerb() : base("ship", Summary)
    {
        foreach (Option option in (Option[])[_once, _actions, _layout, _snapshot, _maintenance, _poll, _heartbeat, _refresh, _reconcile]) Options.Add(option);
    }

    public override LogLevel DefaultLogLevel => LogLevel.Information;

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Looks at the MDTs' hsm/actions files every poll_interval and appends a record for each change: NEW, UPDATE (another status), PURGED (the action is gone) and HEARTBEAT (unchanged for long). A look is all or nothing, and it never guesses: of a file that is missing, unreadable or torn nothing is purged. An MDT whose file vanishes is told on hsm:sources (SOURCE_LOST), and again when it is back (SOURCE_BACK).",
            "What was shipped is taken from the snapshot and the topics, so it may be killed at any moment: the next run goes on where this one stopped, and what it ships again readers recognise. SIGTERM and SIGINT let the look that is under way finish. While the feed cannot be used it waits longer and longer and tries again.",
            "With reconcile_interval, or by --maintenance-now, the shipper also does what the second generation of the Python shipper does: it reads its topics whole, purges what they tell of and no file has, and trims them as 'weir hsm janitor' does.",
            "The file for --config may be Weir's own or the Python shipper's hsm_action_shipper.yaml.",
        ],
        Examples =
        [
            new("weir hsm ship", "Run as a daemon, as configured."),
            new("weir hsm ship --once --actions '/srv/copies/*/hsm/actions' --feed file:/srv/feed", "Ship copies of action files once into a feed of their own."),
            new("weir hsm ship -c hsm_action_shipper.yaml --feed file:/srv/feed", "Run with the Python shipper's settings, but into a directory."),
        ],
        Done = "stopped by SIGINT or SIGTERM, or with --once, everything found was shipped",
        Environment = HsmEnvironment,
        Files = [.. FeedFiles, new("DIR/hsm/ship.snapshot", "What the shipper knows of a feed in DIR. It may be deleted: the topics are then read once from the beginning.")],
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        WeirOptions options = Configure(run, Settings(run)).Options;
        ShipperOptions shipperOptions = ShipperComposition.Compose(options) with { Time = run.Time };
        await using IFeedEngine feed = FeedOpener.Open(options, run.Loggers);
        var shipper = new Shipper(shipperOptions, feed, run.Loggers.CreateLogger("Weir.Hsm.Shipping"));
        if (!run.Get(_once) && !run.Get(_maintenance))
        {
            await shipper.RunAsync(cancellationToken);
            return ExitCode.Done;
        }

        // Told to stop in the middle, it still finishes: half a look is worth nothing.
        CycleReport report = await shipper.RunOnceAsync(CancellationToken.None);
        if (report.IsFeedUnavailable) run.Terminal.Say(report.Problems[^1]);
        if (run.Get(_maintenance) && report.Succeeded) await shipper.RunMaintenanceAsync(CancellationToken.None);
        return report.Succeeded ? ExitCode.Done : ExitCode.Failed;
    }

    private static Option<string?> Interval(string name, string description) => new(name) { HelpName = "DURATION", Description = description };

    private static string WholePath(string path, string option) =>
        path.Length > 0 && !path.Contains('\0', StringComparison.Ordinal) ? Path.GetFullPath(path) : throw new UsageException($"{option}: a path is expected");

    private IEnumerable<ConfigurationSetting> Settings(Invocation run)
    {
        if (run.Get(_actions) is { Length: > 0 } patterns)
        {
            // A pattern on the command line counts from the current directory, which a configuration's may not depend on.
            string[] whole = [.. patterns.Select(pattern => WholePath(pattern, "--actions"))];
            yield return new("hsm", "actions", new ConfigurationValue(whole, true, ConfigurationSource.Option("--actions")));
        }

        if (run.Get(_layout) is { } layout) yield return Setting("hsm", "layout", layout, "--layout");
        if (run.Get(_snapshot) is { } snapshot) yield return Setting("hsm", "snapshot", WholePath(snapshot, "--snapshot"), "--snapshot");
        if (run.Get(_poll) is { } poll) yield return Setting("hsm", "poll_interval", poll, "--poll-interval");
        if (run.Get(_heartbeat) is { } heartbeat) yield return Setting("hsm", "heartbeat_interval", heartbeat, "--heartbeat-interval");
        if (run.Get(_reconcile) is { } reconcile) yield return Setting("hsm", "reconcile_interval", reconcile, "--reconcile-interval");
        if (run.Get(_refresh) is { } refresh) yield return Setting("hsm", "refresh_interval", refresh, "--refresh-interval");
    }
}
