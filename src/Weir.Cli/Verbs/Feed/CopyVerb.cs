using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Cli.Terminals;
using Weir.Feed;
using Weir.Feed.Copying;
using Weir.Server.Configuration;
using Weir.Server.Feeds;

namespace Weir.Cli.Verbs.Feed;

/// <summary><c>weir feed copy</c>: copies topics from one feed to another, whatever engines they have.</summary>
internal sealed class CopyVerb : Verb
{
    public const string Summary = "Copy topics to another feed, with their ids.";

    private readonly Argument<string[]> _topics = new("TOPIC")
    {
        Arity = ArgumentArity.ZeroOrMore,
        Description = "Topics to copy, or with * at the end all topics that start so. Without any: the whole feed.",
    };
    private readonly Option<string> _from = new("--from") { HelpName = "URL", Required = true, Description = "The feed to copy: file:DIR or redis://[USER:PASSWORD@]HOST[:PORT][/DB]." };
    private readonly Option<string> _to = new("--to") { HelpName = "URL", Required = true, Description = "The feed to copy to; a directory comes into being." };
    private readonly Option<bool> _json = SharedOptions.Json();

    public CopyVerb() : base("copy", Summary)
    {
        Arguments.Add(_topics);
        foreach (Option option in (Option[])[_from, _to, _json]) Options.Add(option);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Copies each topic's records with their ids, and the consumers' positions, and prints a line for each topic. It may be stopped or killed at any moment: run again, it goes on behind the last record that the other feed has, so nothing is there twice. To move a feed, copy it while it is used, stop what writes it, and copy the rest.",
            "A topic of the other feed that is no copy of this one (its last record is none of this topic's) is left alone: then nothing more is copied, and the exit code is 1. Records that are damaged are named and passed over. While it runs, standard error shows on a terminal how far it is.",
            "What lies beside a feed stays where it is, as the shipper's snapshot; the shipper then reads its topics once. On Redis the topics hsm:actions and hsm:actions:… keep a record's data only, in which its type, source and subject stand again.",
            "With --json each topic is an object with the members topic, records (how many were copied now), last_id (up to where the other feed has it) and gaps.",
        ],
        Examples =
        [
            new("weir feed copy --from file:/var/lib/weir/feed --to redis://feed.example.com", "Move to a server that several machines share."),
            new("weir feed copy 'hsm:*' --from redis://feed.example.com/1 --to file:/srv/copy --json", "Keep a copy of some topics; run it again to bring it up to date."),
        ],
        ExitCodes = [new("3", "everything that can be read was copied, and some records of the source are damaged")],
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        string[] named = run.Get(_topics);
        foreach (string pattern in named) FeedVerb.CheckName(pattern);
        FeedUrl source = FeedVerb.Parse(run.Get(_from)!, "--from");
        FeedUrl target = FeedVerb.Parse(run.Get(_to)!, "--to");
        if (source.ToString() == target.ToString()) throw new UsageException("--from and --to name the same feed");
        await using IFeedEngine from = FeedOpener.OpenExisting(source, run.Loggers);
        await using IFeedEngine to = FeedOpener.Open(target, run.Loggers);
        var copy = new TopicCopy(from, to);
        bool isWhole = true;
        using var progress = new ProgressLine(run.Terminal, run.Time);
        foreach (string topic in await ChooseAsync(from, named, cancellationToken))
        {
            // Between the list and its turn a topic may have been deleted.
            if (await from.DescribeAsync(topic, cancellationToken) is not { } info) continue;
            var words = new CopyProgress(topic, CopyProgress.Missing(info, await to.DescribeAsync(topic, cancellationToken)), run.Time);
            CopyReport report = await copy.CopyAsync(topic, copied => progress.Show(() => words.Line(copied)), cancellationToken);
            progress.Clear();
            isWhole &= report.Gaps.Count == 0;
            Print(run, report);
        }

        return isWhole ? ExitCode.Done : ExitCode.FoundProblems;
    }

    /// <exception cref="FeedException">One of the topics that are named is not there.</exception>
    private static async Task<IReadOnlyList<string>> ChooseAsync(IFeedEngine from, string[] named, CancellationToken cancellationToken)
    {
        if (named.Length == 0) return await from.ListTopicsAsync("", cancellationToken);
        var patterns = new TopicPatterns(named);
        IReadOnlyList<string> there = await from.ListTopicsAsync(patterns.CommonPrefix, cancellationToken);
        foreach (string name in patterns.Names)
        {
            if (!there.Contains(name))
                throw new FeedException($"There is no topic '{name}' in {from.Address}{Suggestion.Phrase(name, await from.ListTopicsAsync("", cancellationToken))}");
        }

        return [.. there.Where(patterns.Matches)];
    }

    private void Print(Invocation run, CopyReport report)
    {
        foreach (FeedGap gap in report.Gaps) run.Terminal.Say($"warning: {gap}");
        if (run.Get(_json)) WriteJson(run.Out, report);
        else
        {
            string end = report.LastId == RecordId.Zero ? "nothing was ever appended" : $"up to {report.LastId}";
            run.Out.WriteLine(Printable.Line(string.Create(CultureInfo.InvariantCulture, $"{report.Topic}: {report.Records} records copied, {end}")));
        }

        run.Out.Flush();
    }

    private static void WriteJson(OutputBuffer output, CopyReport report)
    {
        using (var json = new Utf8JsonWriter(output, OutputJson.Compact))
        {
            json.WriteStartObject();
            json.WriteString("topic", report.Topic);
            json.WriteNumber("records", report.Records);
            TopicJson.WriteId(json, "last_id", report.LastId);
            json.WriteStartArray("gaps");
            foreach (FeedGap gap in report.Gaps) json.WriteStringValue(gap.ToString());
            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.EndLine();
    }
}
