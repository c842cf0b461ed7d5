using System.CommandLine;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Feed;
using Weir.Feed.Consuming;

namespace Weir.Cli.Verbs.Feed;

/// <summary><c>weir feed ack</c>: acknowledges for a consumer.</summary>
internal sealed class AckVerb : ConsumerVerb
{
    public const string Summary = "Acknowledge records for a consumer, up to an id.";

    private readonly Argument<string> _name = new("NAME") { Description = "The consumer." };
    private readonly Argument<string> _topic = new("TOPIC") { Description = "The topic." };
    private readonly Argument<string> _id = new("ID") { Description = "The last record that it has dealt with; all before it are acknowledged too." };

    public AckVerb() : base("ack", Summary)
    {
        Arguments.Add(_name);
        Arguments.Add(_topic);
        Arguments.Add(_id);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Everything of the topic up to the record is acknowledged, durably when this returns: the consumer is not given it again, and it is not kept for it. A record that is not there yet cannot be acknowledged; what is acknowledged already stays so.",
        ],
        Examples = [new("weir feed ack robinhood lustre:changelog:elm-MDT0000 1735689600000-17", "Everything up to this record is in the database.")],
        Environment = FeedEnvironment,
        Files = FeedFiles,
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        string name = run.Get(_name), topic = run.Get(_topic);
        CheckConsumer(name);
        CheckName(topic);
        if (!RecordId.TryParse(run.Get(_id), out RecordId id)) throw new UsageException($"ID: '{run.Get(_id)}' is no record id, <milliseconds>-<sequence>");
        await using IFeedEngine feed = OpenExisting(run);
        await using ConsumerRegistry registry = OpenRegistry(run, feed);
        await registry.AcknowledgeAsync(name, new(topic, id), cancellationToken);
        return ExitCode.Done;
    }
}
