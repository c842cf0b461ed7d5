using System.CommandLine;
using System.Globalization;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Feed;
using Weir.Feed.Consuming;
using Weir.Server.Configuration;
using Weir.Server.Feeds;

namespace Weir.Cli.Verbs.Feed;

/// <summary><c>weir feed register</c>: makes a consumer.</summary>
internal sealed class RegisterVerb : ConsumerVerb
{
    public const string Summary = "Register a consumer, for whom records are kept until it acknowledges them.";

    private const string SizeForms = "bytes, or KiB, MiB, GiB or TiB (64GiB)";

    private readonly Argument<string> _name = new("NAME") { Description = "By what the consumer is known in the feed." };
    private readonly Argument<string[]> _topics = new("TOPIC")
    {
        Arity = ArgumentArity.OneOrMore,
        Description = "A topic, or with * at its end all topics that start so. They need not exist yet.",
    };
    private readonly Option<string?> _filter = new("--filter") { HelpName = "FILTER", Description = "Give it these records only; the others count as acknowledged. docs/feed-consumers.md has the syntax." };
    private readonly Option<string> _start = new("--start")
    {
        HelpName = "PLACE",
        DefaultValueFactory = _ => "last",
        Description = $"Where it begins in the topics there are: last (after what is there), first, {Place.Forms}.",
    };
    private readonly Option<string?> _abortTimeout = new("--abort-timeout") { HelpName = "DURATION", Description = "Give it up when it has records to acknowledge and is not seen for this long; never: do not. Otherwise 30d." };
    private readonly Option<long?> _abortRecords = new("--abort-records") { HelpName = "N", Description = "Give it up when it is more records than this behind; 0: do not. Otherwise 1000000000." };
    private readonly Option<string?> _abortBytes = new("--abort-bytes") { HelpName = "SIZE", Description = $"Give it up when it is more than this behind: {SizeForms}; 0: do not. Otherwise 256GiB." };
    private readonly Option<bool> _coalesce = new("--coalesce") { Description = "Let readers leave out records that later ones make needless, in topics that have a rule for it." };
    private readonly Option<bool> _json = SharedOptions.Json();

    public RegisterVerb() : base("register", Summary)
    {
        Arguments.Add(_name);
        Arguments.Add(_topics);
        foreach (Option option in (Option[])[_filter, _start, _abortTimeout, _abortRecords, _abortBytes, _coalesce, _json]) Options.Add(option);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Registers a consumer and prints it, as 'weir feed consumers' does. From then on the feed keeps for it what it has not acknowledged, until it is unregistered or goes past a limit; then it is aborted, and its next call says what it lost. An aborted consumer starts again when it is registered again.",
            "Registering again what is registered already, with the same topics, filter, start and limits, changes nothing.",
        ],
        Examples =
        [
            new("weir feed register robinhood 'lustre:changelog:*' --start first", "Every changelog there is, from its beginning."),
            new("weir feed register audit 'lustre:changelog:*' --filter 'type=DENY,OPEN uid=0' --abort-timeout never", "What root opened, and what was denied to it, kept for ever."),
        ],
        Environment = FeedEnvironment,
        Files = FeedFiles,
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        string name = run.Get(_name);
        CheckConsumer(name);
        ConsumerRegistration registration;
        try
        {
            registration = new()
            {
                Name = name,
                Topics = TopicSelection.Parse(run.Get(_topics)),
                Filter = ParseFilter(run.Get(_filter)),
                Start = ParseStart(run),
                Limits = ParseLimits(run),
                Coalesces = run.Get(_coalesce),
            };
        }
        catch (ArgumentException exception)
        {
            throw new UsageException(exception.Message);
        }

        await using IFeedEngine feed = FeedOpener.Open(Locate(run), run.Loggers);
        await using ConsumerRegistry registry = OpenRegistry(run, feed);
        ConsumerInfo consumer = await registry.RegisterAsync(registration, cancellationToken);
        ConsumerBacklog backlog = await registry.MeasureAsync(consumer, cancellationToken);
        if (run.Get(_json)) ConsumerPrinter.WriteJson(run.Out, backlog);
        else ConsumerPrinter.WriteTable(run.Out, [backlog]);
        return ExitCode.Done;
    }

    private ConsumerStart ParseStart(Invocation run)
    {
        string text = run.Get(_start)!;
        return ConsumerStart.TryParse(text, out ConsumerStart start) ? start : ConsumerStart.At(Place.Lowest(text, "--start", run.Time, ", first or last"));
    }

    private ConsumerLimits ParseLimits(Invocation run)
    {
        ConsumerLimits limits = ConsumerLimits.Default;
        if (run.Get(_abortTimeout) is { } timeout)
        {
            limits = timeout == "never" ? limits with { AbortTimeout = Timeout.InfiniteTimeSpan }
                : Duration.TryParse(timeout, out TimeSpan duration) && duration > TimeSpan.Zero ? limits with { AbortTimeout = duration }
                : throw new UsageException($"--abort-timeout: '{timeout}' is not {Duration.Expected}, nor never");
        }

        if (run.Get(_abortRecords) is { } records) limits = limits with { AbortRecords = records >= 0 ? records : throw new UsageException($"--abort-records: {records} is less than 0") };
        if (run.Get(_abortBytes) is { } bytes) limits = limits with { AbortBytes = TryParseSize(bytes, out long size) ? size : throw new UsageException($"--abort-bytes: '{bytes}' is not {SizeForms}") };
        return limits;
    }

    private static bool TryParseSize(string text, out long bytes)
    {
        string[] units = ["KiB", "MiB", "GiB", "TiB"];
        int unit = Array.FindIndex(units, text.EndsWith);
        string number = unit < 0 ? text : text[..^3].TrimEnd();
        bool isNumber = long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out bytes) && bytes <= long.MaxValue >> (10 * (unit + 1));
        bytes <<= 10 * (unit + 1);
        return isNumber;
    }
}
