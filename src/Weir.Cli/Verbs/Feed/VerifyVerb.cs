using System.CommandLine;
using System.Globalization;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Cli.Terminals;
using Weir.Feed;
using Weir.Feed.Log;
using Weir.Server.Configuration;
using Weir.Server.Feeds;

namespace Weir.Cli.Verbs.Feed;

/// <summary><c>weir feed verify</c>: checks every record of a feed in a directory.</summary>
internal sealed class VerifyVerb : FeedVerb
{
    public const string Summary = "Check every record and name what is damaged or missing.";

    private readonly Argument<string[]> _topics = new("TOPIC") { Arity = ArgumentArity.ZeroOrMore, Description = "Topics to check. Without any: the whole feed." };
    private readonly Option<bool> _json = SharedOptions.Json();

    public VerifyVerb() : base("verify", Summary)
    {
        Arguments.Add(_topics);
        Options.Add(_json);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Reads every byte of the topics' files and changes none: records, segments, indexes, marks. It may run while the feed is written; what is not yet durable is not looked at. Each finding is a line with its kind, the topic, the record where its id is known, its neighbours, and the place in the file; then a line says what each topic holds.",
            "A torn tail (a write cut short by a crash, which the next writer cuts away) and a file that does not belong to the feed are told and are no problem. All else is: damaged-record and damaged-header and missing-segment mean lost records; every intact record around them can still be read.",
            "With --json each topic is an object with the members topic, records, bytes, findings and omitted; a finding has kind, problem, lost (whether a record cannot be read), record, after, before, file, offset, bytes and detail.",
        ],
        Examples =
        [
            new("weir feed verify", "Check the whole feed."),
            new("weir feed verify hsm:actions:elm-MDT0000 --feed file:/srv/feed --json", "Check one topic, for a program."),
        ],
        Done = "everything is in order",
        ExitCodes = [new("3", "something is damaged or missing")],
        Environment = FeedEnvironment,
        Files = FeedFiles,
    };

    public override Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        FeedUrl url = Locate(run);
        FeedOpener.ThrowIfMissing(url);
        var verifier = new LogVerifier(FeedOpener.LogOptions(url, run.Loggers));
        VerifyPrinter printer = run.Get(_json) ? new VerifyJsonPrinter(run.Out) : new VerifyTextPrinter(run.Out);
        VerifyFinding? format = verifier.VerifyFormat();
        if (format is not null) printer.PrintFeed(format);
        VerifyFinding? positions = verifier.VerifyPositions();
        if (positions is not null) printer.PrintFeed(positions);
        bool isInOrder = format is null && positions is null;
        using var progress = new ProgressLine(run.Terminal, run.Time);
        foreach (string topic in Choose(run, url, verifier))
        {
            VerifyReport report = verifier.Verify(topic, progress.For($"verifying {topic}"), cancellationToken);
            progress.Clear();
            printer.PrintTopic(report);
            run.Out.Flush();
            isInOrder &= report.Omitted == 0 && !report.Findings.Any(VerifyPrinter.IsProblem);
        }

        return Task.FromResult(isInOrder ? ExitCode.Done : ExitCode.FoundProblems);
    }

    private IReadOnlyList<string> Choose(Invocation run, FeedUrl url, LogVerifier verifier)
    {
        IReadOnlyList<string> there = verifier.Topics();
        string[] named = run.Get(_topics);
        if (named.Length == 0) return there;
        foreach (string topic in named)
        {
            if (!there.Contains(topic)) throw new FeedException(string.Create(CultureInfo.InvariantCulture, $"There is no topic '{topic}' in {url}{Suggestion.Phrase(topic, there)}"));
        }

        return named;
    }
}
