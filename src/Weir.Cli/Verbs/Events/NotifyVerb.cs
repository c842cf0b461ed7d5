using System.CommandLine;
using Microsoft.Extensions.Logging;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Cli.Verbs.Feed;
using Weir.Feed;
using Weir.Feed.Consuming;
using Weir.Server.Configuration;
using Weir.Server.Events;

namespace Weir.Cli.Verbs.Events;

/// <summary><c>weir events notify</c>: tells people and programs of events.</summary>
internal sealed class NotifyVerb : FeedVerb
{
    public const string Summary = "Tell people and programs of storage events.";

    private readonly Argument<string[]> _notifiers = new("NOTIFIER") { Arity = new ArgumentArity(0, 64), Description = "A notifier, as one word: 'mail from=weir@host to=ops@example.org severity=Error'. Otherwise those of events.notify." };
    private readonly Option<bool> _replay = new("--replay") { Description = "Tell once more what could not be told (block:dead-letter), then end." };
    private readonly Option<bool> _once = new("--once") { Description = "Tell what is there, then end." };
    private readonly Option<string?> _config = SharedOptions.Config();

    public NotifyVerb() : base("notify", Summary)
    {
        Arguments.Add(_notifiers);
        foreach (Option option in (Option[])[_replay, _once, _config]) Options.Add(option);
    }

    public override LogLevel DefaultLogLevel => LogLevel.Information;

    public override VerbHelp Help => new()
    {
        Description =
        [
            $"Notifiers are {NotifierText.Forms}.",
            "Each is given the events that come from its first start on, in their order, at its own pace; where it was is kept in the feed under its name. What fails is tried again, each time after twice as long, and becomes a dead letter at last. With repeat=10m the same type about the same device is told once in ten minutes, and the next time with the count of what was held back.",
            "hooks runs the executables of a directory (/etc/weir/hooks.d) in the order of their names, with WEIR_EVENT_TYPE, WEIR_SEVERITY, WEIR_DEV_PATH, WEIR_DEV_WWID, WEIR_MOUNT_POINT and others in the environment and the event as JSON on standard input. One that others may write to is not run.",
        ],
        Examples =
        [
            new("weir events notify journald", "Store events in systemd's journal, as Peripety does."),
            new("weir events notify 'mail from=weir@host to=ops@example.org severity=Error repeat=1h'", "By sendmail, at most once an hour for each kind and device."),
            new("weir events notify --replay 'webhook url=https://example.org/hook'", "After the receiver was mended."),
        ],
        Done = "interrupted by SIGINT or SIGTERM, or with --once or --replay, everything told",
        ExitCodes = [new("3", "with --once or --replay: something could not be told, and is a dead letter")],
        Environment = FeedEnvironment,
        Files = FeedFiles,
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        string[] texts = run.Get(_notifiers) ?? [];
        IReadOnlyList<NotifierText> notifiers = texts.Length > 0
            ? [.. texts.Select(text => NotifierText.Parse(text, out string problem) ?? throw new UsageException(problem))]
            : ConfigurationLoader.Load(run.Get(_config), run.Terminal.Variables).ThrowIfInvalid().Options.Events.Notify;
        if (notifiers.Count == 0) throw new UsageException("no notifier is named, neither here nor in events.notify of the configuration");
        await using IFeedEngine feed = Server.Feeds.FeedOpener.Open(Locate(run), run.Loggers);
        await using var consumers = new ConsumerRegistry(feed, new() { Time = run.Time, Logger = run.Loggers.CreateLogger("Weir.Feed") });
        await using var output = new TerminalStream(run.Out);
        using var set = new NotifierSet(consumers, notifiers, [], output, run.Time, run.Loggers.CreateLogger("Weir.BlockEvents"));
        try
        {
            if (run.Get(_replay)) run.Terminal.Say($"{await set.ReplayAsync(cancellationToken)} dead letters, {set.Counts.Told} told");
            else await set.RunAsync(run.Get(_once), cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Done;
        }

        return set.Counts.Dead > 0 ? ExitCode.FoundProblems : ExitCode.Done;
    }
}
