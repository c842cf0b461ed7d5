using System.CommandLine;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Feed;

namespace Weir.Cli.Verbs.Feed;

/// <summary><c>weir feed tail</c>: prints records as they come.</summary>
internal sealed class TailVerb : FeedVerb
{
    public const string Summary = "Print records as they are appended.";

    private readonly Argument<string[]> _topics = new("TOPIC")
    {
        Arity = ArgumentArity.OneOrMore,
        Description = "A topic, or with * at its end all topics that start so. They need not exist yet.",
    };
    private readonly Option<string> _from = new("--from")
    {
        HelpName = "PLACE",
        DefaultValueFactory = _ => "end",
        Description = $"Where to begin: {Place.Forms}, first, last (the newest record) or end (what comes from now on).",
    };
    private readonly Option<bool> _once = new("--once") { Description = "End when everything that is there has been printed." };
    private readonly Option<string[]> _types = new("--type") { HelpName = "TYPE", Description = "Print records of this type only. May be repeated." };
    private readonly Option<string?> _filter = new("--filter") { HelpName = "FILTER", Description = "Print the records that this takes only. docs/feed-consumers.md has the syntax." };
    private readonly Option<bool> _json = SharedOptions.Json();

    public TailVerb() : base("tail", Summary)
    {
        Arguments.Add(_topics);
        foreach (Option option in (Option[])[_from, _once, _types, _filter, _json]) Options.Add(option);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Waits for records and prints each as 'weir feed read' does, until it is interrupted; it waits for the disk to tell of changes and costs nothing meanwhile. It is nobody for the feed: nothing is kept for it. Where several topics are meant, a line starts with the topic's name. The order within a topic is kept; between topics it is that of arrival.",
            "A topic that comes into being later is printed from its beginning.",
        ],
        Examples =
        [
            new("weir feed tail 'hsm:actions:*'", "The actions of all MDTs, as they change."),
            new("weir feed tail 'lustre:changelog:*' --filter 'type=UNLNK,RMDIR uid=1000'", "What one user removes."),
            new("weir feed tail hsm:sources --from 1d --json", "MDTs lost and back: of the last day, and from now on."),
        ],
        Done = "interrupted by SIGINT or SIGTERM, or with --once, everything printed",
        ExitCodes = [new("3", "records that should be there are damaged or missing; all others were printed")],
        Environment = FeedEnvironment,
        Files = FeedFiles,
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        string[] patterns = run.Get(_topics);
        foreach (string pattern in patterns) CheckName(pattern);
        await using IFeedEngine feed = OpenExisting(run);
        await using var followed = new FollowedTopics(feed, patterns, run, new TypeFilter(run.Get(_types) ?? [], ConsumerVerb.ParseFilter(run.Get(_filter))), run.Get(_json));
        // Before the first look, so that what comes between look and wait is not missed.
        using IFeedWatch watch = feed.Watch(followed.CommonPrefix);
        try
        {
            await followed.OpenAsync(run.Get(_from)!, cancellationToken);
            if (run.Get(_once)) await followed.PrintNewAsync(cancellationToken);
            else await FollowAsync(run, followed, watch, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Being interrupted is how a tail ends.
        }

        return followed.HasGaps ? ExitCode.FoundProblems : ExitCode.Done;
    }

    /// <summary>Prints what comes, also after the feed could not be reached for a while; the log says that it could not.</summary>
    private static async Task FollowAsync(Invocation run, FollowedTopics followed, IFeedWatch watch, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await followed.PrintNewAsync(cancellationToken);
                run.Out.Flush();
                await watch.WaitAsync(cancellationToken);
                await followed.OpenNewAsync(cancellationToken);
            }
            catch (FeedUnavailableException)
            {
                run.Out.Flush();
                await Task.Delay(FeedUnavailableException.RetryDelay, run.Time, cancellationToken);
            }
        }
    }
}
