using Weir.Feed;

namespace Weir.Lab.Feeds;

/// <summary>An engine that hands every call to another: what wraps a feed, to fail it or to order its calls, overrides the calls that it means.</summary>
/// <param name="inner">The engine behind this one.</param>
/// <param name="leaveOpen">Whether it goes on when this one is disposed.</param>
public abstract class ForwardingEngine(IFeedEngine inner, bool leaveOpen = false) : IFeedEngine
{
    /// <summary>The engine behind this one.</summary>
    public IFeedEngine Inner { get; } = inner;

    public string Address => Inner.Address;

    public IFeedDocuments Documents => Inner.Documents;

    public virtual ValueTask<RecordId> AppendAsync(string topic, RecordBatch batch, AppendOptions options = default, CancellationToken cancellationToken = default) =>
        Inner.AppendAsync(topic, batch, options, cancellationToken);

    public virtual ValueTask SyncAsync(string topic, CancellationToken cancellationToken = default) => Inner.SyncAsync(topic, cancellationToken);

    public virtual ITopicCursor OpenCursor(string topic, RecordId after, CursorOptions? options = null) => Inner.OpenCursor(topic, after, options);

    public virtual IFeedWatch Watch(string prefix) => Inner.Watch(prefix);

    public virtual ValueTask<TopicInfo?> DescribeAsync(string topic, CancellationToken cancellationToken = default) => Inner.DescribeAsync(topic, cancellationToken);

    public virtual ValueTask<IReadOnlyList<string>> ListTopicsAsync(string prefix = "", CancellationToken cancellationToken = default) =>
        Inner.ListTopicsAsync(prefix, cancellationToken);

    public virtual ValueTask TrimAsync(string topic, RecordId below, CancellationToken cancellationToken = default) => Inner.TrimAsync(topic, below, cancellationToken);

    public virtual ValueTask<bool> DeleteTopicAsync(string topic, CancellationToken cancellationToken = default) => Inner.DeleteTopicAsync(topic, cancellationToken);

    public virtual ValueTask<RecordId?> ReadPositionAsync(string topic, string consumer, CancellationToken cancellationToken = default) =>
        Inner.ReadPositionAsync(topic, consumer, cancellationToken);

    public virtual ValueTask WritePositionAsync(string topic, string consumer, RecordId? position, CancellationToken cancellationToken = default) =>
        Inner.WritePositionAsync(topic, consumer, position, cancellationToken);

    public virtual ValueTask<RecordId> AdvancePositionAsync(string topic, string consumer, RecordId position, CancellationToken cancellationToken = default) =>
        Inner.AdvancePositionAsync(topic, consumer, position, cancellationToken);

    public virtual ValueTask<IReadOnlyList<ConsumerPosition>> ListPositionsAsync(string topic, CancellationToken cancellationToken = default) =>
        Inner.ListPositionsAsync(topic, cancellationToken);

    public virtual ValueTask<TopicBacklog> MeasureAsync(string topic, RecordId after, CancellationToken cancellationToken = default) =>
        Inner.MeasureAsync(topic, after, cancellationToken);

    /// <summary>Ends the engine behind this one, unless that is left open.</summary>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return leaveOpen ? ValueTask.CompletedTask : Inner.DisposeAsync();
    }
}
