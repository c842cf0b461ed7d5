using System.CommandLine;
using Microsoft.Extensions.Logging;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Feed;
using Weir.Feed.Consuming;
using Weir.Server.Feeds.Pipes;

namespace Weir.Cli.Verbs.Feed;

/// <summary><c>weir feed pipe</c>: a topic's records in a FIFO.</summary>
internal sealed class PipeVerb : FeedVerb
{
    public const string Summary = "Write a topic's records into a FIFO, for shell scripts.";

    private readonly Argument<string> _topic = new("TOPIC") { Description = "The topic, or a prefix with a star behind it." };
    private readonly Argument<string> _path = new("PATH") { Description = "The FIFO; it is made, for its owner alone, when it is not there." };
    private readonly Option<string?> _consumer = new("--consumer") { HelpName = "NAME", Description = "The consumer that is registered for it; otherwise 'pipe:' and the whole path." };
    private readonly Option<string> _from = new("--from")
    {
        HelpName = "START",
        DefaultValueFactory = _ => "last",
        Description = "Where a new consumer begins: last (after what is there), first, an id or a time.",
    };
    private readonly Option<string?> _filter = new("--filter") { HelpName = "FILTER", Description = "Which records, as type=NEW or data.action=\"RESTORE\"." };
    private readonly Option<bool> _once = new("--once") { Description = "End when everything that was there has been read." };

    public PipeVerb() : base("pipe", Summary)
    {
        Arguments.Add(_topic);
        Arguments.Add(_path);
        foreach (Option option in (Option[])[_consumer, _from, _filter, _once]) Options.Add(option);
    }

    public override LogLevel DefaultLogLevel => LogLevel.Information;

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Registers a consumer and writes its records, one CloudEvent in JSON a line, into the FIFO for whoever opens it: 'cat PATH' follows the topic. Without a reader it waits, and the consumer's records are kept.",
            "A batch of records counts as acknowledged when it has left the pipe with the reader still attached. A reader that ends while it works through a batch that it has read can so lose that batch (256 KiB of records at the most), and one that ends before gets records twice. Where neither may be, use the socket, which acknowledges by hand (docs/feed-socket.md).",
            "When nobody needs the records any more, unregister the consumer: until then what it has not read is kept.",
        ],
        Examples =
        [
            new("weir feed pipe hsm:actions:* /run/weir/actions &", "Then 'while read -r event; do …; done </run/weir/actions' follows every MDT's actions."),
            new("weir feed pipe block:events /tmp/events --from first --once & cat /tmp/events", "Everything there is, once."),
        ],
        Done = "interrupted by SIGINT or SIGTERM, or with --once, everything was read",
        Environment = FeedEnvironment,
        Files = FeedFiles,
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        if (run.Get(_path).Length == 0) throw new UsageException("PATH is empty");
        string path = Path.GetFullPath(run.Get(_path));
        ConsumerRegistration registration = Registration(run, path);
        await using IFeedEngine feed = OpenExisting(run);
        await using var registry = new ConsumerRegistry(feed, new() { Time = run.Time, Logger = run.Loggers.CreateLogger("Weir.Feed") });
        try
        {
            await new PipeFeed(path, registry, run.Time, run.Loggers.CreateLogger("Weir.Server.Pipes")).RunAsync(registration, run.Get(_once), cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Being interrupted is how following ends.
        }

        return ExitCode.Done;
    }

    private ConsumerRegistration Registration(Invocation run, string path)
    {
        string text = run.Get(_filter) ?? "";
        if (!RecordFilter.TryParse(text, out RecordFilter? filter, out string problem)) throw new UsageException($"--filter: {problem}");
        if (!ConsumerStart.TryParse(run.Get(_from)!, out ConsumerStart start)) throw new UsageException($"--from: '{run.Get(_from)}' is neither last, first, an id nor a time such as 2026-01-31T12:00:00Z");
        try
        {
            var registration = new ConsumerRegistration { Name = run.Get(_consumer) ?? $"pipe:{path}", Topics = TopicSelection.Parse(run.Get(_topic)), Filter = filter, Start = start };
            registration.ThrowIfInvalid();
            return registration;
        }
        catch (ArgumentException wrong)
        {
            throw new UsageException(wrong.Message);
        }
    }
}
