using Weir.Feed;

namespace Weir.Hsm.Shipping;

/// <summary>
/// Appends events to a topic while the next ones are being made: one batch is filled, one is on its way. Records get their ids here, so
/// that it is known which record tells of which action. Any failure leaves the topic to be read again.
/// </summary>
internal sealed class TopicAppender(IFeedEngine engine, TopicState topic, BatchPool pool, TimeProvider time)
{
    /// <summary>A batch of this size is sent.</summary>
    private const int SendBytes = 1024 * 1024;

    private RecordBatch? _batch;
    private ulong _milliseconds;
    private RecordId _expected = topic.LastId;
    private RecordId _last = topic.LastId;
    private RecordBatch? _sent;
    private Task<RecordId>? _sending;
    private bool _isAnythingSent;

    /// <summary>Where the next event goes.</summary>
    public RecordBatch Batch => _batch ??= StartBatch();

    /// <summary>Whether the batch should be sent before more is put into it.</summary>
    public bool IsFull => _batch is { SizeBytes: >= SendBytes };

    public long EventsAdded { get; private set; }

    public long BytesSent { get; private set; }

    /// <summary>The id for the next event, which must be added. From here on memory is ahead of the topic.</summary>
    public RecordId NextId()
    {
        if (_batch is null) _batch = StartBatch();
        topic.Phase = TopicPhase.Ahead;
        _last = _milliseconds > _last.Milliseconds ? new(_milliseconds, 0) : _last.Next();
        EventsAdded++;
        return _last;
    }

    /// <summary>Sends what is in the batch, once the one before has arrived.</summary>
    /// <exception cref="FeedException">It, or the batch before it, could not be appended.</exception>
    public async ValueTask SendAsync()
    {
        await ArriveAsync();
        if (_batch is not { Count: > 0 } batch) return;
        _sent = batch;
        _batch = null;
        BytesSent += batch.SizeBytes;
        _isAnythingSent = true;
        _sending = engine.AppendAsync(topic.Name, batch, new(AppendDurability.Buffered, _expected)).AsTask();
        _expected = _last;
    }

    /// <summary>Sends the rest and waits until all of it is durable. Only then is the topic in step again.</summary>
    /// <exception cref="FeedException">Something could not be appended or made durable.</exception>
    public async Task CompleteAsync()
    {
        try
        {
            await SendAsync();
            await ArriveAsync();
            if (!_isAnythingSent)
            {
                await CheckEndAsync();
                return;
            }

            await engine.SyncAsync(topic.Name);
            topic.LastId = _last;
            topic.Phase = TopicPhase.InStep;
        }
        finally
        {
            await AbandonAsync();
        }
    }

    /// <summary>Where there is nothing to tell, it is still to be seen that the topic was not emptied: then all must be told again.</summary>
    /// <exception cref="LastIdMismatchException">It ends elsewhere.</exception>
    private async ValueTask CheckEndAsync()
    {
        if (topic.LastId == RecordId.Zero) return;
        RecordId last = (await engine.DescribeAsync(topic.Name))?.LastId ?? RecordId.Zero;
        if (last != topic.LastId) throw new LastIdMismatchException(topic.Name, topic.LastId, last);
    }

    /// <summary>Waits for what is on its way, whatever becomes of it, and gives the batches back.</summary>
    public async ValueTask AbandonAsync()
    {
        try
        {
            await ArriveAsync();
        }
        catch (IOException)
        {
            // Whoever abandons has a failure to report already, and reads the topic again.
        }

        pool.Return(_batch);
        _batch = null;
    }

    private async ValueTask ArriveAsync()
    {
        if (_sending is not { } sending) return;
        _sending = null;
        try
        {
            await sending;
        }
        finally
        {
            pool.Return(_sent);
            _sent = null;
        }
    }

    private RecordBatch StartBatch()
    {
        _milliseconds = (ulong)Math.Max(0, time.GetUtcNow().ToUnixTimeMilliseconds());
        return pool.Rent();
    }
}
