namespace Weir.Feed;

/// <summary>
/// Where topics live. One contract, several engines (the embedded log, Redis Streams), one test suite for all of them.
/// Every member is safe to call from many threads at once.
/// </summary>
public interface IFeedEngine : IAsyncDisposable
{
    /// <summary>The address of the feed, without a password.</summary>
    string Address { get; }

    /// <summary>
    /// Appends a batch to a topic, which comes into being with its first append, and returns the id of the batch's last record.
    /// When the call returns, the records are as durable as <see cref="AppendOptions.Durability"/> asks. When it throws, a
    /// leading part of the batch may or may not have been kept; a reader of the topic's end can tell.
    /// </summary>
    /// <exception cref="IdNotAboveLastException">An id of the caller's own is not above the topic's last; nothing was appended.</exception>
    /// <exception cref="LastIdMismatchException">The topic's last id is not <see cref="AppendOptions.ExpectedLastId"/>; nothing was appended.</exception>
    /// <exception cref="TopicLockedException">Another process writes this topic.</exception>
    /// <exception cref="FeedFullException">There is no room; nothing was appended, and the same batch may be tried again.</exception>
    /// <exception cref="FeedException">Anything else the engine cannot do; the message says what, where and what to do.</exception>
    ValueTask<RecordId> AppendAsync(string topic, RecordBatch batch, AppendOptions options = default, CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes every append to the topic that has returned durable. A flush that failed since the last sync is told by this one, as what was
    /// only buffered may be lost with it; the topic can be appended to again afterwards.
    /// </summary>
    /// <exception cref="FeedException">Something that was appended is not durable.</exception>
    ValueTask SyncAsync(string topic, CancellationToken cancellationToken = default);

    /// <summary>A cursor that reads the topic forward, from the first record above <paramref name="after"/>. The topic need not exist yet.</summary>
    ITopicCursor OpenCursor(string topic, RecordId after, CursorOptions? options = null);

    /// <summary>Notices new records in all topics whose name starts with <paramref name="prefix"/>, topics that come later included.</summary>
    IFeedWatch Watch(string prefix);

    /// <summary>What the topic holds; null when it does not exist.</summary>
    ValueTask<TopicInfo?> DescribeAsync(string topic, CancellationToken cancellationToken = default);

    /// <summary>The names of the topics that start with <paramref name="prefix"/>, in ordinal order.</summary>
    ValueTask<IReadOnlyList<string>> ListTopicsAsync(string prefix = "", CancellationToken cancellationToken = default);

    /// <summary>Makes every record below <paramref name="below"/> unreadable and gives back the room it can. Never goes backwards.</summary>
    ValueTask TrimAsync(string topic, RecordId below, CancellationToken cancellationToken = default);

    /// <summary>Removes the topic with all its records and positions; false when there was none.</summary>
    ValueTask<bool> DeleteTopicAsync(string topic, CancellationToken cancellationToken = default);

    /// <summary>Up to which record the consumer has acknowledged; null when it has no position in this topic.</summary>
    ValueTask<RecordId?> ReadPositionAsync(string topic, string consumer, CancellationToken cancellationToken = default);

    /// <summary>Sets the consumer's position, durably; null removes it.</summary>
    ValueTask WritePositionAsync(string topic, string consumer, RecordId? position, CancellationToken cancellationToken = default);

    /// <summary>
    /// Moves the consumer's position up to <paramref name="position"/>, durably, unless it is there or above already; one that is not there is
    /// made. However many do so at once and wherever, a position never goes back by this. Returns where it is then.
    /// </summary>
    ValueTask<RecordId> AdvancePositionAsync(string topic, string consumer, RecordId position, CancellationToken cancellationToken = default);

    /// <summary>The consumers that have a position in the topic, with it, in ordinal order of their names.</summary>
    ValueTask<IReadOnlyList<ConsumerPosition>> ListPositionsAsync(string topic, CancellationToken cancellationToken = default);

    /// <summary>What the topic holds above an id. A topic that does not exist holds nothing.</summary>
    ValueTask<TopicBacklog> MeasureAsync(string topic, RecordId after, CancellationToken cancellationToken = default);

    /// <summary>The feed's documents.</summary>
    IFeedDocuments Documents { get; }
}

/// <summary>A consumer's place in one topic: everything up to <paramref name="Position"/> is acknowledged.</summary>
public sealed record ConsumerPosition(string Consumer, RecordId Position);
