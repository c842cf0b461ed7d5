using Weir.Cli.Running;
using Weir.Feed;
using Weir.Feed.Consuming;
using Weir.Server.Feeds;

namespace Weir.Cli.Verbs.Feed;

/// <summary>A verb that works on the consumers of a feed.</summary>
internal abstract class ConsumerVerb(string name, string summary) : FeedVerb(name, summary)
{
    /// <exception cref="UsageException">No consumer can have this name.</exception>
    public static void CheckConsumer(string name)
    {
        try
        {
            TopicName.ThrowIfInvalid(name, "consumer");
        }
        catch (ArgumentException exception)
        {
            throw new UsageException(name.Length == 0 ? "a consumer's name cannot be empty" : exception.Message);
        }
    }

    /// <exception cref="UsageException">It is no filter.</exception>
    public static RecordFilter ParseFilter(string? text) => text is null ? RecordFilter.All
        : RecordFilter.TryParse(text, out RecordFilter? filter, out string problem) ? filter : throw new UsageException($"--filter: {problem}");

    public static ConsumerRegistry OpenRegistry(Invocation run, IFeedEngine feed) =>
        new(feed, new() { Time = run.Time, Logger = run.Loggers.CreateLogger("Weir.Feed"), Coalescing = CoalescingRules.All });
}
