namespace Weir.Feed.Consuming;

/// <summary>
/// What consumers still need of each topic, at one moment: the one answer that everybody who trims goes by. An active consumer holds what it
/// has not acknowledged, of a topic without a position all of it; an aborted one holds nothing. A position of nobody who is registered (a
/// foreign consumer group on Redis, a program that keeps its own place) holds what lies behind it, unless it is known to be no consumer's.
/// </summary>
public sealed class TopicHolders
{
    /// <summary>Positions that programs of Weir keep for themselves, and that hold nothing back.</summary>
    public static IReadOnlySet<string> Internal { get; } = new HashSet<string>(StringComparer.Ordinal) { "changelog-follower" };

    private readonly IFeedEngine _feed;
    private readonly List<ConsumerInfo> _active = [];
    private readonly HashSet<string> _silent = new(Internal, StringComparer.Ordinal);

    private TopicHolders(IFeedEngine feed) => _feed = feed;

    /// <summary>Reads who is registered.</summary>
    /// <exception cref="FeedException">It cannot be read; nothing may be trimmed then.</exception>
    public static async ValueTask<TopicHolders> ReadAsync(IFeedEngine feed, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(feed);
        var holders = new TopicHolders(feed);
        foreach (FeedDocument document in await feed.Documents.ListAsync(ConsumerDocument.Collection, cancellationToken))
        {
            ConsumerInfo consumer = ConsumerDocument.Read(document, out DocumentPhase phase);
            if (consumer.State == ConsumerState.Aborted || phase == DocumentPhase.Leaving) holders._silent.Add(consumer.Name);

            // One that is just being registered, or whose document is damaged, holds what its positions say.
            else if (consumer.State == ConsumerState.Active && phase == DocumentPhase.Registered) holders._active.Add(consumer);
        }

        return holders;
    }

    /// <summary>Who holds the topic, and up to where each has acknowledged.</summary>
    public async ValueTask<IReadOnlyList<ConsumerPosition>> OfAsync(string topic, CancellationToken cancellationToken = default)
    {
        var holders = new List<ConsumerPosition>();
        foreach (ConsumerPosition position in await _feed.ListPositionsAsync(topic, cancellationToken))
        {
            if (!_silent.Contains(position.Consumer)) holders.Add(position);
        }

        foreach (ConsumerInfo consumer in _active)
        {
            if (consumer.Registration.Topics.Matches(topic) && !holders.Exists(holder => holder.Consumer == consumer.Name)) holders.Add(new(consumer.Name, RecordId.Zero));
        }

        return holders;
    }

    /// <summary>The lowest id that somebody still needs; <see cref="RecordId.Max"/> when nobody needs any.</summary>
    public async ValueTask<RecordId> NeededFromAsync(string topic, CancellationToken cancellationToken = default)
    {
        RecordId needed = RecordId.Max;
        foreach (ConsumerPosition holder in await OfAsync(topic, cancellationToken))
        {
            RecordId from = holder.Position == RecordId.Max ? RecordId.Max : holder.Position.Next();
            if (from < needed) needed = from;
        }

        return needed;
    }
}
