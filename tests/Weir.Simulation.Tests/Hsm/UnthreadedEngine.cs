using Weir.Feed;

namespace Weir.Simulation.Tests.Hsm;

/// <summary>
/// An engine whose calls are over when they return, so that a seed gives the same order of disk operations every time. It spins, which is
/// fine on a disk in memory.
/// </summary>
internal sealed class UnthreadedEngine(IFeedEngine inner) : IFeedEngine
{
    public string Address => inner.Address;

    public ValueTask<RecordId> AppendAsync(string topic, RecordBatch batch, AppendOptions options = default, CancellationToken cancellationToken = default)
    {
        Task<RecordId> appending = inner.AppendAsync(topic, batch, options, cancellationToken).AsTask();
        SpinWait.SpinUntil(() => appending.IsCompleted);
        return new(appending);
    }

    public ValueTask SyncAsync(string topic, CancellationToken cancellationToken = default)
    {
        Task syncing = inner.SyncAsync(topic, cancellationToken).AsTask();
        SpinWait.SpinUntil(() => syncing.IsCompleted);
        return new(syncing);
    }

    public ITopicCursor OpenCursor(string topic, RecordId after, CursorOptions? options = null) => inner.OpenCursor(topic, after, options);

    public IFeedWatch Watch(string prefix) => inner.Watch(prefix);

    public ValueTask<TopicInfo?> DescribeAsync(string topic, CancellationToken cancellationToken = default) => inner.DescribeAsync(topic, cancellationToken);

    public ValueTask<IReadOnlyList<string>> ListTopicsAsync(string prefix = "", CancellationToken cancellationToken = default) =>
        inner.ListTopicsAsync(prefix, cancellationToken);

    public ValueTask TrimAsync(string topic, RecordId below, CancellationToken cancellationToken = default) => inner.TrimAsync(topic, below, cancellationToken);

    public ValueTask<bool> DeleteTopicAsync(string topic, CancellationToken cancellationToken = default) => inner.DeleteTopicAsync(topic, cancellationToken);

    public ValueTask<RecordId?> ReadPositionAsync(string topic, string consumer, CancellationToken cancellationToken = default) =>
        inner.ReadPositionAsync(topic, consumer, cancellationToken);

    public ValueTask WritePositionAsync(string topic, string consumer, RecordId? position, CancellationToken cancellationToken = default) =>
        inner.WritePositionAsync(topic, consumer, position, cancellationToken);

    public ValueTask<IReadOnlyList<ConsumerPosition>> ListPositionsAsync(string topic, CancellationToken cancellationToken = default) =>
        inner.ListPositionsAsync(topic, cancellationToken);

    public ValueTask<RecordId> AdvancePositionAsync(string topic, string consumer, RecordId position, CancellationToken cancellationToken = default) =>
        inner.AdvancePositionAsync(topic, consumer, position, cancellationToken);

    public ValueTask<TopicBacklog> MeasureAsync(string topic, RecordId after, CancellationToken cancellationToken = default) =>
        inner.MeasureAsync(topic, after, cancellationToken);

    public IFeedDocuments Documents => inner.Documents;

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
