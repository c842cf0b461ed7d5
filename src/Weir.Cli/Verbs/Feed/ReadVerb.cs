using System.CommandLine;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Feed;
using Weir.Feed.Consuming;

namespace Weir.Cli.Verbs.Feed;

/// <summary><c>weir feed read</c>: prints a stretch of a topic.</summary>
internal sealed class ReadVerb : FeedVerb
{
    public const string Summary = "Print records of a topic.";

    private readonly Argument<string> _topic = new("TOPIC") { DefaultValueFactory = _ => "", Description = "The topic; not with --consumer, which has its own." };
    private readonly Option<string> _from = new("--from")
    {
        HelpName = "PLACE",
        DefaultValueFactory = _ => "first",
        Description = $"Where to begin: {Place.Forms}, first, last (the newest record) or end.",
    };
    private readonly Option<string?> _to = new("--to") { HelpName = "PLACE", Description = $"Where to stop, included: {Place.Forms}. Otherwise: at what is there now." };
    private readonly Option<long?> _count = new("--count") { HelpName = "N", Description = "Print at most this many." };
    private readonly Option<string[]> _types = new("--type") { HelpName = "TYPE", Description = "Print records of this type only. May be repeated." };
    private readonly Option<string?> _filter = new("--filter") { HelpName = "FILTER", Description = "Print the records that this takes only. docs/feed-consumers.md has the syntax." };
    private readonly Option<string?> _consumer = new("--consumer") { HelpName = "NAME", Description = "Read as this registered consumer, what it has not acknowledged, and acknowledge what was printed." };
    private readonly Option<bool> _follow = new("--follow") { Description = "With --consumer: go on with what comes, until interrupted." };
    private readonly Option<bool> _noAck = new("--no-ack") { Description = "With --consumer: acknowledge nothing; 'weir feed ack' does." };
    private readonly Option<bool> _json = SharedOptions.Json();

    public ReadVerb() : base("read", Summary)
    {
        Arguments.Add(_topic);
        foreach (Option option in (Option[])[_from, _to, _count, _types, _filter, _consumer, _follow, _noAck, _json]) Options.Add(option);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Prints records in the order of their ids and ends where the topic ends now. A line has id, type, source, subject and data with tabs between; control characters are escaped.",
            "With --json each line is a CloudEvents 1.0 object: id, source (/topics/ and the topic's name, escaped), type (io.weir., the topic's name up to its first colon, a dot and the record's type), subject, time (the id's), recordsource (the record's own source) and data. Members that are empty are left out.",
            "With --consumer it prints what the consumer has not acknowledged, of all its topics in turns, and acknowledges each page when it has been written out; what comes after it ends, or is killed, is printed by the next run, the last page perhaps twice. Lines start with the topic where there may be several. Who else reads as the consumer is told that this has taken over.",
            "Damage is reported on standard error and stepped over; every record that is intact is printed.",
        ],
        Examples =
        [
            new("weir feed read hsm:actions:elm-MDT0000 --from 2h --type PURGED", "What was purged in the last two hours."),
            new("weir feed read hsm:sources --from last --json", "The newest record, as a CloudEvent."),
            new("weir feed read --consumer robinhood --json", "What came since the last time."),
            new("weir feed read hsm:actions --from 1735689600000-0 --count 100 | cut -f 5", "The data of a hundred records."),
        ],
        ExitCodes = [new("3", "records that should be there are damaged or missing; all others were printed")],
        Environment = FeedEnvironment,
        Files = FeedFiles,
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        long left = run.Get(_count) ?? long.MaxValue;
        if (left < 0) throw new UsageException($"--count: {left} is less than 0");
        if (run.Get(_consumer) is { } consumer) return await ReadAsConsumerAsync(run, consumer, left, cancellationToken);
        string topic = run.Get(_topic);
        if (topic.Length == 0) throw new UsageException("a TOPIC is expected, or --consumer");
        if (run.Get(_follow) || run.Get(_noAck)) throw new UsageException("--follow and --no-ack go with --consumer; 'weir feed tail' follows topics");
        RecordId to = run.Get(_to) is { } place ? Place.Highest(place, "--to", run.Time) : RecordId.Max;
        var filter = new TypeFilter(run.Get(_types) ?? [], ConsumerVerb.ParseFilter(run.Get(_filter)));

        await using IFeedEngine feed = OpenExisting(run);
        TopicInfo info = await DescribeAsync(feed, topic, cancellationToken);
        // What is appended while this reads is not waited for, nor chased.
        if (info.LastId < to) to = info.LastId;
        await using ITopicCursor cursor = feed.OpenCursor(info.Topic, Place.Before(run.Get(_from)!, "--from", info, run.Time));
        using var printer = new RecordPrinter(info.Topic, run.Out, run.Get(_json), namesTopic: false);
        bool isWhole = true;
        while (left > 0 && cursor.Position < to)
        {
            RecordPage page = await cursor.ReadAsync(cancellationToken);
            if (page.IsEmpty) break;
            if (page.Gap is { } gap && gap.After < to)
            {
                isWhole = false;
                run.Terminal.Say($"warning: {gap}");
            }

            left = Print(page, to, left, filter, printer);
        }

        return isWhole ? ExitCode.Done : ExitCode.FoundProblems;
    }

    private async Task<int> ReadAsConsumerAsync(Invocation run, string name, long left, CancellationToken cancellationToken)
    {
        if (run.Get(_topic).Length > 0 || run.Has(_from) || run.Has(_to) || run.Has(_types) || run.Has(_filter))
            throw new UsageException("--consumer has its topics, its place and its filter from its registration; TOPIC, --from, --to, --type and --filter do not go with it");
        ConsumerVerb.CheckConsumer(name);
        await using IFeedEngine feed = OpenExisting(run);
        await using ConsumerRegistry registry = ConsumerVerb.OpenRegistry(run, feed);
        await using ConsumerReader reader = await registry.OpenAsync(name, null, cancellationToken);
        using var pages = new ConsumerPages(run, reader, run.Get(_json), acknowledges: !run.Get(_noAck), left);
        try
        {
            if (run.Get(_follow)) await FollowAsync(run, pages, reader, cancellationToken);
            else await pages.PrintAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && run.Get(_follow))
        {
            // Being interrupted is how following ends.
        }

        return pages.HasGaps ? ExitCode.FoundProblems : ExitCode.Done;
    }

    /// <summary>Prints what comes, also after the feed could not be reached for a while; the log says that it could not.</summary>
    private static async Task FollowAsync(Invocation run, ConsumerPages pages, ConsumerReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await pages.PrintAsync(cancellationToken);
                if (pages.Left == 0) return;
                await reader.WaitAsync(cancellationToken);
            }
            catch (FeedUnavailableException)
            {
                await Task.Delay(FeedUnavailableException.RetryDelay, run.Time, cancellationToken);
            }
        }
    }

    /// <returns>How many more are wanted.</returns>
    private static long Print(RecordPage page, RecordId to, long left, TypeFilter filter, RecordPrinter printer)
    {
        foreach (RecordView record in page)
        {
            if (left == 0 || record.Id > to) break;
            if (!filter.Matches(record)) continue;
            printer.Print(record);
            left--;
        }

        return left;
    }
}
