using System.CommandLine;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Feed;
using Weir.Feed.Consuming;
using Weir.Server.Configuration;

namespace Weir.Cli.Verbs.Feed;

/// <summary><c>weir feed consumers</c>: who is registered, and how far each is behind.</summary>
internal sealed class ConsumersVerb : ConsumerVerb
{
    public const string Summary = "List the consumers and how far each is behind.";

    private readonly Argument<string[]> _names = new("NAME") { Arity = ArgumentArity.ZeroOrMore, Description = "Only these consumers." };
    private readonly Option<bool> _json = SharedOptions.Json();

    public ConsumersVerb() : base("consumers", Summary)
    {
        Arguments.Add(_names);
        Options.Add(_json);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Prints a line for each consumer: its state, how many records it has not acknowledged, the bytes they take, how old the oldest of them is in seconds, when it was last seen reading or acknowledging (to the minute), and its topics. A ~ stands before an estimate: on Redis, more than 4096 records in a topic are not counted.",
            "States: active; aborted (it went past a limit; nothing is kept for it, and registering it again starts it again); damaged (what it asked for is not known; unregister it and register it again).",
            "With --json each line is an object with the members consumer, state, topics, filter, start, abort_timeout, abort_records, abort_bytes, coalesce, registered, seen, records, bytes, seconds, exact, reader (null, or number, owner and since), abort (null, or reason, at and lost) and backlog: for each topic position, and of what is not acknowledged first_id, last_id, records, bytes and exact.",
        ],
        Examples =
        [
            new("weir feed consumers", "Everybody."),
            new("weir feed consumers robinhood --json | jq .seconds", "How late one of them is."),
        ],
        ExitCodes = [new("3", "a consumer is aborted or damaged")],
        Environment = FeedEnvironment,
        Files = FeedFiles,
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        string[] names = run.Get(_names);
        foreach (string name in names) CheckConsumer(name);
        await using IFeedEngine feed = OpenExisting(run);
        await using ConsumerRegistry registry = OpenRegistry(run, feed);
        IReadOnlyList<ConsumerInfo> consumers = await registry.ListAsync(cancellationToken);
        foreach (string name in names)
        {
            if (!consumers.Any(consumer => consumer.Name == name))
                throw new FeedException($"There is no consumer '{name}' in {feed.Address}{Suggestion.Phrase(name, [.. consumers.Select(consumer => consumer.Name)])}");
        }

        var backlogs = new List<ConsumerBacklog>();
        foreach (ConsumerInfo consumer in consumers.Where(consumer => names.Length == 0 || names.Contains(consumer.Name)))
        {
            ConsumerBacklog backlog = await registry.MeasureAsync(consumer, cancellationToken);
            if (run.Get(_json)) ConsumerPrinter.WriteJson(run.Out, backlog);
            backlogs.Add(backlog);
        }

        if (!run.Get(_json)) ConsumerPrinter.WriteTable(run.Out, backlogs);
        return backlogs.All(backlog => backlog.Consumer.State == ConsumerState.Active) ? ExitCode.Done : ExitCode.FoundProblems;
    }
}
