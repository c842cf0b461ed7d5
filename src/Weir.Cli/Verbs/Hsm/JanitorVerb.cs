using System.CommandLine;
using Microsoft.Extensions.Logging;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Feed;
using Weir.Hsm.Maintenance;
using Weir.Server.Configuration;

namespace Weir.Cli.Verbs.Hsm;

/// <summary><c>weir hsm janitor</c>: keeps the topics of actions as short as their live actions allow.</summary>
internal sealed class JanitorVerb : HsmVerb
{
    public const string Summary = "Trim the topics of HSM actions to what still counts.";

    private readonly Option<bool> _once = new("--once", "--run-once") { Description = "One round, then end. Its report goes to standard output." };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Say what would be removed and why no more, and remove nothing." };
    private readonly Option<bool> _xdel = new("--xdel-reaped") { Description = "Kept from the original: records of stale actions are removed by trimming past them, never one by one." };
    private readonly Option<string?> _interval = new("--interval") { HelpName = "DURATION", Description = "From round to round (hsm.operation_interval; 120s)." };
    private readonly Option<string?> _timeout = new("--stale-timeout") { HelpName = "DURATION", Description = "When an action that nobody tells of counts as gone (hsm.stale_action_timeout; 1d)." };
    private readonly Option<bool> _json = SharedOptions.Json();

    public JanitorVerb() : base("janitor", Summary)
    {
        foreach (Option option in (Option[])[_once, _dryRun, _xdel, _interval, _timeout, _json]) Options.Add(option);
    }

    public override LogLevel DefaultLogLevel => LogLevel.Information;

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Follows the topics, keeps the live actions in memory, and every operation_interval removes the records that tell of none of them. A topic is never trimmed past the record from which on the state of a live action is told, nor past what a consumer with a position in the topic has acknowledged. So a reader that starts afterwards knows the same live actions, with the same fields, as one that read everything.",
            "An action of which nothing was told for stale_action_timeout is stale: its record was deleted while nobody looked. It holds nothing back, and the report names it. Actions of an MDT whose source is lost (hsm:sources) never become stale. The timeout must be longer than the shipper's heartbeat_interval.",
            "The janitor never appends, so it runs beside the shipper, on any machine that reaches the feed. Several do no harm.",
        ],
        Examples =
        [
            new("weir hsm janitor", "Run as a daemon."),
            new("weir hsm janitor --once --dry-run", "See what would be removed, and what keeps the rest."),
            new("weir hsm janitor -c hsm_stream_janitor.yaml --once --json", "One round with the original's settings, for a program."),
        ],
        Done = "interrupted by SIGINT or SIGTERM, or with --once, the round is done",
        Environment = HsmEnvironment,
        Files = FeedFiles,
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        List<ConfigurationSetting> settings = [];
        if (run.Get(_interval) is { } interval) settings.Add(Setting("hsm", "operation_interval", interval, "--interval"));
        if (run.Get(_timeout) is { } timeout) settings.Add(Setting("hsm", "stale_action_timeout", timeout, "--stale-timeout"));
        EffectiveConfiguration configuration = Configure(run, settings);
        if (run.Get(_xdel) || configuration.OriginalXdelReaped)
            run.Terminal.Say("note: xdel_reaped: records of stale actions are not deleted one by one; trimming removes them with everything before the oldest live action");
        await using IFeedEngine feed = OpenExisting(run, configuration);
        await using var janitor = new Janitor(feed, OptionsOf(run, configuration), run.Loggers.CreateLogger("Weir.Hsm.Janitor"));
        if (run.Get(_once))
        {
            JanitorReport report = await janitor.RunRoundAsync(cancellationToken);
            if (run.Get(_json)) JanitorPrinter.WriteJson(run.Out, report);
            else JanitorPrinter.WriteText(run.Out, report);
            if (report.Gap is { } gap) run.Terminal.Say($"warning: {gap}");
            return ExitCode.Done;
        }

        await janitor.RunAsync(run.Get(_json) ? report => Print(run, report) : null, cancellationToken);
        return ExitCode.Done;
    }

    private static void Print(Invocation run, JanitorReport report)
    {
        JanitorPrinter.WriteJson(run.Out, report);
        run.Out.Flush();
    }

    private JanitorOptions OptionsOf(Invocation run, EffectiveConfiguration configuration) => new()
    {
        Prefix = configuration.Options.Hsm.Topic,
        OperationInterval = configuration.Options.Hsm.OperationInterval,
        StaleActionTimeout = configuration.Options.Hsm.StaleActionTimeout,
        IsDryRun = run.Get(_dryRun),
        Time = run.Time,
    };
}
