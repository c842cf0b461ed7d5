using System.CommandLine;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Feed;
using Weir.Feed.Consuming;
using Weir.Server.Configuration;

namespace Weir.Cli.Verbs.Feed;

/// <summary><c>weir feed unregister</c>: forgets a consumer.</summary>
internal sealed class UnregisterVerb : ConsumerVerb
{
    public const string Summary = "Forget a consumer; nothing is kept for it any more.";

    private readonly Argument<string> _name = new("NAME") { Description = "The consumer." };

    public UnregisterVerb() : base("unregister", Summary) => Arguments.Add(_name);

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Removes the consumer and its positions. A reader that has it open is told at its next call. What only it needed may be trimmed from then on.",
            "Positions under a name that was never registered are removed too, such as those that 'weir hsm tail' keeps for its consumers.",
        ],
        Examples = [new("weir feed unregister robinhood", "It will not come back.")],
        Environment = FeedEnvironment,
        Files = FeedFiles,
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        string name = run.Get(_name);
        CheckConsumer(name);
        await using IFeedEngine feed = OpenExisting(run);
        await using ConsumerRegistry registry = OpenRegistry(run, feed);
        if (await registry.UnregisterAsync(name, cancellationToken)) return ExitCode.Done;
        IReadOnlyList<ConsumerInfo> consumers = await registry.ListAsync(cancellationToken);
        throw new FeedException($"There is no consumer '{name}' in {feed.Address}{Suggestion.Phrase(name, [.. consumers.Select(consumer => consumer.Name)])}");
    }
}
