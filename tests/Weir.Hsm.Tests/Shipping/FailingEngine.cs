using Weir.Feed;

namespace Weir.Hsm.Tests.Shipping;

/// <summary>A feed that fails when told to: its n-th append or sync, and every one after it.</summary>
internal sealed class FailingEngine(IFeedEngine inner) : IFeedEngine
{
    private int _left = int.MaxValue;
    private Func<Exception>? _failure;

    public IFeedEngine Inner => inner;

    public bool HasFailed { get; private set; }

    /// <summary>Called once, before the next append.</summary>
    public Func<Task>? BeforeFirstAppend { get; set; }

    public string Address => inner.Address;

    public void FailAfter(int operations, Func<Exception>? failure)
    {
        _left = operations;
        _failure = failure;
    }

    public async ValueTask<RecordId> AppendAsync(string topic, RecordBatch batch, AppendOptions options = default, CancellationToken cancellationToken = default)
    {
        if (BeforeFirstAppend is { } before)
        {
            BeforeFirstAppend = null;
            await before();
        }

        Count();
        return await inner.AppendAsync(topic, batch, options, cancellationToken);
    }

    public ValueTask SyncAsync(string topic, CancellationToken cancellationToken = default)
    {
        Count();
        return inner.SyncAsync(topic, cancellationToken);
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

    private void Count()
    {
        if (_left-- > 0 || _failure is null) return;
        HasFailed = true;
        throw _failure();
    }
}
