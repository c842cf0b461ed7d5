using System.CommandLine;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Feed;

namespace Weir.Cli.Verbs.Feed;

/// <summary><c>weir feed read</c>: prints a stretch of a topic.</summary>
internal sealed class ReadVerb : FeedVerb
{
    public const string Summary = "Print records of a topic.";

    private readonly Argument<string> _topic = new("TOPIC") { Description = "The topic." };
    private readonly Option<string> _from = new("--from")
    {
        HelpName = "PLACE",
        DefaultValueFactory = _ => "first",
        Description = $"Where to begin: {Place.Forms}, first, last (the newest record) or end.",
    };
    private readonly Option<string?> _to = new("--to") { HelpName = "PLACE", Description = $"Where to stop, included: {Place.Forms}. Otherwise: at what is there now." };
    private readonly Option<long?> _count = new("--count") { HelpName = "N", Description = "Print at most this many." };
    private readonly Option<string[]> _types = new("--type") { HelpName = "TYPE", Description = "Print records of this type only. May be repeated." };
    private readonly Option<bool> _json = SharedOptions.Json();

    public ReadVerb() : base("read", Summary)
    {
        Arguments.Add(_topic);
        foreach (Option option in (Option[])[_from, _to, _count, _types, _json]) Options.Add(option);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Prints records in the order of their ids and ends where the topic ends now. A line has id, type, source, subject and data with tabs between; control characters are escaped.",
            "With --json each line is a CloudEvents 1.0 object: id, source (/topics/ and the topic's name, escaped), type (io.weir., the topic's name up to its first colon, a dot and the record's type), subject, time (the id's), recordsource (the record's own source) and data. Members that are empty are left out.",
            "Damage is reported on standard error and stepped over; every record that is intact is printed.",
        ],
        Examples =
        [
            new("weir feed read hsm:actions:elm-MDT0000 --from 2h --type PURGED", "What was purged in the last two hours."),
            new("weir feed read hsm:sources --from last --json", "The newest record, as a CloudEvent."),
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
        RecordId to = run.Get(_to) is { } place ? Place.Highest(place, "--to", run.Time) : RecordId.Max;
        var filter = new TypeFilter(run.Get(_types) ?? []);

        await using IFeedEngine feed = OpenExisting(run);
        TopicInfo info = await DescribeAsync(feed, run.Get(_topic), cancellationToken);
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
