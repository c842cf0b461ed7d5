using Weir.Feed.Redis.Resp;
using Weir.Feed.Redis.Servers;

namespace Weir.Feed.Redis.Appending;

/// <summary>
/// Appends to one topic. Pieces with own ids go down a pipeline without waiting for each other: each but the first says behind
/// which id it belongs, so whatever happens no record is kept whose predecessor is not. When the connection is lost they are
/// sent again one by one, as scripts, and a piece that had arrived is recognised by its ids.
/// </summary>
internal sealed class TopicAppender(TopicTarget target, RedisClient client) : IDisposable
{
    private const int MaxQueuedBytes = 8 * 1024 * 1024;

    /// <summary>For fewer records a script is less work.</summary>
    private const int MinWatchedRecords = 32;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Lock _gate = new();
    private readonly Queue<QueuedAppend> _queue = new();
    private readonly ScriptLoader _script = new(client);
    private RespConnection? _pipeline;
    private Task _draining = Task.CompletedTask;
    private QueuedAppend? _newest;
    private long _queuedBytes;
    private bool _isDraining;
    private Exception? _untold;

    public async Task<RecordId> AppendAsync(RecordBatch batch, AppendOptions options, CancellationToken cancellationToken)
    {
        if (batch.HasOwnIds) return await AppendOwnAsync(batch, options, cancellationToken);
        await SyncAsync(cancellationToken);
        return await AppendGivenAsync(batch, options, cancellationToken);
    }

    /// <summary>Waits until everything that was handed over has its outcome, and tells the failure that nobody has been told.</summary>
    public async Task SyncAsync(CancellationToken cancellationToken)
    {
        Task draining;
        lock (_gate) draining = _draining;
        await draining.WaitAsync(cancellationToken);
        ThrowUntold();
    }

    /// <summary>Waits until everything that was handed over has its outcome.</summary>
    public Task FinishAsync()
    {
        lock (_gate) return _draining;
    }

    public void Dispose() => _turn.Dispose();

    private async Task<RecordId> AppendGivenAsync(RecordBatch batch, AppendOptions options, CancellationToken cancellationToken)
    {
        RecordId last = RecordId.Zero;
        RecordId? expected = options.ExpectedLastId;
        ReadOnlyMemory<byte> rest = batch.FrameMemory;
        while (!rest.IsEmpty)
        {
            int length = RecordChunks.Take(rest.Span, out int count);
            using AppendRequest request = expected is null
                ? TransactionAppend.Create(target, rest[..length], count)
                : ScriptedAppend.Create(target, rest[..length], count, hasOwnIds: false, expected);
            try
            {
                last = request is ScriptedAppend
                    ? await _script.SendAsync(target.Topic, request, isRepeatable: false, cancellationToken)
                    : await client.SendAsync(target.Topic, Lane.Commands, request, isRepeatable: false, cancellationToken);
            }
            catch (RespErrorException refused)
            {
                throw AppendRefusal.Explain(refused, target.Topic, client.Address, RecordId.Zero, expected, last);
            }

            rest = rest[length..];
            expected = null;
        }

        return last;
    }

    private async Task<RecordId> AppendOwnAsync(RecordBatch batch, AppendOptions options, CancellationToken cancellationToken)
    {
        ThrowUnlessIncreasing(batch);
        ThrowUntold();
        bool isBuffered = options.Durability == AppendDurability.Buffered;
        var own = new List<QueuedAppend>();
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await _script.TryLoadAsync(target.Topic, cancellationToken);
            ReadOnlyMemory<byte> rest = batch.FrameMemory;
            while (!rest.IsEmpty)
            {
                int length = RecordChunks.Take(rest.Span, out int count);
                await WaitForRoomAsync(cancellationToken);
                var place = own.Count == 0
                    ? new AppendPlace(FrameLayout.ReadId(rest.Span), options.ExpectedLastId, RecordId.Zero)
                    : new AppendPlace(FrameLayout.ReadId(rest.Span), null, own[^1].LastId);
                own.Add(await EnqueueAsync(rest[..length], count, place, isBuffered, cancellationToken));
                rest = rest[length..];
            }
        }
        finally
        {
            _turn.Release();
        }

        if (isBuffered) return own[^1].LastId;
        foreach (QueuedAppend append in own) await append.Done.WaitAsync(cancellationToken);
        return own[^1].LastId;
    }

    private async Task<QueuedAppend> EnqueueAsync(ReadOnlyMemory<byte> frames, int count, AppendPlace place, bool isBuffered, CancellationToken cancellationToken)
    {
        // Only when nothing is on its way may a new pipeline begin; the drain sends what finds none.
        RespConnection? fresh = null;
        bool isIdle;
        lock (_gate) isIdle = _queue.Count == 0;
        if (isIdle) fresh = await TryConnectAsync(cancellationToken);
        lock (_gate)
        {
            RecordId? expected = place.Expected ?? (place.Previous == RecordId.Zero ? null : place.Previous);
            if (_queue.Count == 0) _pipeline = fresh;
            else expected ??= _newest!.LastId;
            QueuedAppend append = Compose(frames, count, place, expected, isBuffered);
            _queue.Enqueue(append);
            _newest = append;
            _queuedBytes += append.SizeBytes;
            if (_pipeline is not null)
            {
                append.IsPosted = true;
                _pipeline.Post(append.Request);
            }

            if (!_isDraining)
            {
                _isDraining = true;
                _draining = Task.Run(DrainAsync, CancellationToken.None);
            }

            return append;
        }
    }

    /// <summary>A transaction where it pays and can go down the pipeline; else a script.</summary>
    private QueuedAppend Compose(ReadOnlyMemory<byte> frames, int count, AppendPlace place, RecordId? expected, bool isBuffered)
    {
        if (_pipeline is not null && _script.IsGuardPermitted && count >= MinWatchedRecords && expected is { } behind && place.First > behind)
        {
            var watched = WatchedAppend.Create(target, frames, count, behind);
            return new(watched, watched.OwnLastId, place, isBuffered);
        }

        var script = ScriptedAppend.Create(target, frames, count, hasOwnIds: true, expected);
        return new(script, script.OwnLastId, place, isBuffered);
    }

    private async Task<RespConnection?> TryConnectAsync(CancellationToken cancellationToken)
    {
        try
        {
            ServerLink link = await client.Servers.ForTopicAsync(target.Topic, cancellationToken);
            return await link.ConnectAsync(Lane.Commands, cancellationToken);
        }
        catch (IOException)
        {
            return null; // The drain tries longer, and it tells the failure.
        }
    }

    private async Task DrainAsync()
    {
        while (true)
        {
            QueuedAppend head;
            lock (_gate)
            {
                if (!_queue.TryPeek(out QueuedAppend? next))
                {
                    _isDraining = false;
                    _pipeline = null;
                    return;
                }

                head = next;
            }

            try
            {
                RecordId last = await FinishAsync(head);
                Leave(head);
                head.Complete(last);
            }
            catch (Exception failed)
            {
                Exception told = failed is RespErrorException refused
                    ? AppendRefusal.Explain(refused, target.Topic, client.Address, head.Place.First, head.Place.Expected, head.Place.Previous)
                    : failed;
                Leave(head);
                Fail(head, told);
                FailFollowers(told);
            }
        }
    }

    private void Leave(QueuedAppend head)
    {
        lock (_gate)
        {
            _queue.Dequeue();
            _queuedBytes -= head.SizeBytes;
        }
    }

    /// <summary>Nothing that waits to be sent can be appended behind what was not; what is in the pipeline the server refuses itself.</summary>
    private void FailFollowers(Exception failed)
    {
        while (true)
        {
            QueuedAppend follower;
            lock (_gate)
            {
                if (!_queue.TryPeek(out QueuedAppend? next) || (next.IsPosted && !next.IsOvertaken)) return;
                follower = next;
            }

            Leave(follower);
            Fail(follower, new FeedException($"Nothing was appended to topic '{target.Topic}', since the append before it failed: {failed.Message}", failed));
        }
    }

    private void Fail(QueuedAppend append, Exception failed)
    {
        if (append.IsBuffered) Interlocked.CompareExchange(ref _untold, failed, null);
        append.Fail(failed);
    }

    /// <summary>The outcome of the oldest piece, sending it (again) where that is needed.</summary>
    private async Task<RecordId> FinishAsync(QueuedAppend head)
    {
        if (head.IsPosted)
        {
            try
            {
                return await head.Request.Outcome;
            }
            catch (RespErrorException refused) when (!MustSendAgain(refused, head))
            {
                throw;
            }
            catch (IOException lost)
            {
                head.MayBeApplied |= lost is not (RespErrorException or RespConnectionLostException { WasSent: false });
            }

            BreakPipeline();
        }

        try
        {
            return await _script.SendAsync(target.Topic, head.ToRepeatable(), isRepeatable: true, CancellationToken.None, onLost: () => head.MayBeApplied = true);
        }
        catch (RespErrorException refused) when (head.MayBeApplied && refused.Code is AppendScript.LastIdMismatch or AppendScript.IdNotAboveLast)
        {
            if (!await IsThereAsync(head.LastId)) throw;
            return head.LastId;
        }
    }

    private static bool MustSendAgain(RespErrorException refused, QueuedAppend head) =>
        refused.Code is WatchedAppend.Touched or "NOSCRIPT" or "MOVED" or "ASK" or "LOADING" or "TRYAGAIN" or "CLUSTERDOWN" or "MASTERDOWN" or "READONLY"
        || (head.IsOvertaken && refused.Code is AppendScript.LastIdMismatch);

    private void BreakPipeline()
    {
        lock (_gate)
        {
            _pipeline = null;
            foreach (QueuedAppend append in _queue) append.IsOvertaken = true;
        }
    }

    private async Task<bool> IsThereAsync(RecordId id)
    {
        string text = id.ToString();
        return (await client.CallAsync(target.Topic, CancellationToken.None, "XRANGE", target.Topic, text, text)).Items.Count > 0;
    }

    private async Task WaitForRoomAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task oldest;
            lock (_gate)
            {
                if (_queuedBytes < MaxQueuedBytes || !_queue.TryPeek(out QueuedAppend? head)) return;
                oldest = head.Done;
            }

            await oldest.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private void ThrowUntold()
    {
        if (Interlocked.Exchange(ref _untold, null) is { } untold) throw untold;
    }

    private void ThrowUnlessIncreasing(RecordBatch batch)
    {
        RecordId previous = RecordId.Zero;
        foreach (RecordView record in batch)
        {
            if (record.Id <= previous) throw new IdNotAboveLastException(target.Topic, record.Id, previous);
            previous = record.Id;
        }
    }
}
