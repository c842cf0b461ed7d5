using Weir.Feed;
using Weir.Feed.Consuming;

namespace Weir.Server.Feeds.Sockets;

/// <summary>What a client acknowledges, and what of it is durable and to be confirmed.</summary>
internal sealed class SessionAcks(ConsumerReader reader, bool confirms)
{
    private readonly Lock _gate = new();
    private readonly Queue<string> _order = new();
    private readonly Dictionary<string, RecordId> _durable = new(StringComparer.Ordinal);
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool Confirms => confirms;

    /// <summary>Acknowledges; it is durable when this returns.</summary>
    /// <exception cref="FeedRequestException">It does not say of which topic, and there are several.</exception>
    /// <exception cref="FeedException">It cannot be acknowledged.</exception>
    public async ValueTask TakeAsync(FeedAck ack, CancellationToken cancellationToken)
    {
        string topic = ack.Topic ?? OnlyTopic();
        await reader.AcknowledgeAsync(topic, ack.Id, cancellationToken).ConfigureAwait(false);
        if (!confirms) return;
        TaskCompletionSource news;
        lock (_gate)
        {
            if (!_durable.ContainsKey(topic)) _order.Enqueue(topic);
            _durable[topic] = ack.Id;
            news = _news;
        }

        news.TrySetResult();
    }

    /// <summary>What is durable and was not confirmed yet: of each topic the last; null when there is none.</summary>
    public TopicPosition? TakeConfirmation()
    {
        if (!confirms) return null;
        lock (_gate)
        {
            if (!_order.TryDequeue(out string? topic)) return null;
            _durable.Remove(topic, out RecordId id);
            return new(topic, id);
        }
    }

    /// <summary>Completes when there is something to confirm.</summary>
    public Task WhenDurableAsync()
    {
        lock (_gate)
        {
            if (_order.Count > 0) return Task.CompletedTask;
            if (_news.Task.IsCompleted) _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return _news.Task;
        }
    }

    private string OnlyTopic() => reader.Topics is { HasPrefix: false, Topics.Count: 1 } one ? one.Topics.First()
        : throw new FeedRequestException("bad_request", "the consumer reads several topics; an acknowledgement names one of them: {\"ack\":\"ID\",\"topic\":\"TOPIC\"}");
}
