namespace Weir.Feed.Consuming;

/// <summary>
/// Reads one topic once for all readers of the process. It goes with the foremost of them and keeps the last pages for those who are a
/// little behind; who is further behind reads for himself, and so holds nobody up. Memory is bounded by what is kept, and one page for
/// each reader.
/// </summary>
internal sealed class TopicHub(string topic, IFeedEngine feed, FanOutOptions options) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _reading = new(1, 1);
    private readonly Queue<SharedPage> _kept = new();
    private readonly HashSet<ReaderSignal> _waiting = [];
    private ITopicCursor? _cursor;
    private RecordId _end;
    private long _keptBytes;

    public string Topic => topic;

    /// <summary>How many readers there are; kept by <see cref="FanOut"/>.</summary>
    public int Readers { get; set; }

    /// <summary>How often pages were read from the feed, and how often one was given out.</summary>
    public (long Read, long Given) Counts => (Volatile.Read(ref _pagesRead), Volatile.Read(ref _pagesGiven));

    private long _pagesRead;
    private long _pagesGiven;

    /// <summary>The page behind a place, with a reference for the caller; null when there is none now.</summary>
    /// <param name="after">The caller's place.</param>
    /// <param name="isBehind">The caller is behind what is kept, and has to read for himself.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    public ValueTask<SharedPage?> TakeAsync(RecordId after, out bool isBehind, CancellationToken cancellationToken)
    {
        isBehind = false;
        lock (_gate)
        {
            if (FindKept(after) is { } kept) return ValueTask.FromResult<SharedPage?>(kept);
            isBehind = _cursor is not null && after < _end;
        }

        return isBehind ? ValueTask.FromResult<SharedPage?>(null) : ReadOnAsync(after, cancellationToken);
    }

    public bool IsAhead(RecordId place)
    {
        lock (_gate) return _cursor is not null && _end > place;
    }

    /// <summary>Wakes the reader when there is more behind its place. False when there is already.</summary>
    public bool TryAddWaiting(ReaderSignal signal, RecordId place)
    {
        lock (_gate)
        {
            if (_cursor is not null && _end > place) return false;
            _waiting.Add(signal);
            return true;
        }
    }

    public void RemoveWaiting(ReaderSignal signal)
    {
        lock (_gate) _waiting.Remove(signal);
    }

    /// <summary>Reads on for those who wait, and wakes them when there is something.</summary>
    public async ValueTask LookAsync(CancellationToken cancellationToken)
    {
        RecordId end;
        lock (_gate)
        {
            if (_waiting.Count == 0) return;
            end = _end;
        }

        SharedPage? page = await ReadOnAsync(end, cancellationToken);
        page?.Release();
    }

    public void WakeAll()
    {
        ReaderSignal[] waiting;
        lock (_gate)
        {
            if (_waiting.Count == 0) return;
            waiting = [.. _waiting];
            _waiting.Clear();
        }

        foreach (ReaderSignal signal in waiting) signal.Wake();
    }

    /// <summary>Goes back to a place behind which nothing was found, though the hub stands further: the topic is another one now, or was trimmed.</summary>
    public async ValueTask GoBackAsync(RecordId place, CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken);
        try
        {
            await ForgetAsync();
            lock (_gate) _end = place;
        }
        finally
        {
            _reading.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _reading.WaitAsync();
        try
        {
            await ForgetAsync();
        }
        finally
        {
            _reading.Release();
        }
    }

    private SharedPage? FindKept(RecordId after)
    {
        foreach (SharedPage page in _kept)
        {
            if (page.After > after || page.Last <= after) continue;
            if (!page.TryAddReference()) continue;
            _pagesGiven++;
            return page;
        }

        return null;
    }

    /// <summary>Reads the next page at the front, by one for all, and wakes those who wait for it.</summary>
    private async ValueTask<SharedPage?> ReadOnAsync(RecordId after, CancellationToken cancellationToken)
    {
        // Lets the others have what is kept before the next page is read: a reader that never has to wait would leave them behind.
        await Task.Yield();
        SharedPage? page = await ReadFrontAsync(after, cancellationToken);
        if (page is not null) WakeAll();
        return page;
    }

    private async ValueTask<SharedPage?> ReadFrontAsync(RecordId after, CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken);
        try
        {
            ITopicCursor? cursor;
            lock (_gate)
            {
                if (FindKept(after) is { } kept) return kept;
                cursor = _cursor;
                if (cursor is not null && after < _end) return null; // Somebody went ahead: the caller is behind now, and asks again.
            }

            if (cursor is null || after > _end)
            {
                // The first reader, or one who is before all others: what was kept does not lead up to it.
                if (cursor is not null) await cursor.DisposeAsync();
                cursor = feed.OpenCursor(topic, after, new CursorOptions { PageBytes = options.PageBytes });
                bool isAhead;
                lock (_gate)
                {
                    isAhead = _cursor is not null && after > _end;
                    _cursor = cursor;
                    _end = after;
                    DropKept();
                }

                // Who waited at the old end has something to read between there and here.
                if (isAhead) WakeAll();
            }

            RecordId before = cursor.Position;
            RecordPage read = await cursor.ReadAsync(cancellationToken);
            if (read.IsEmpty)
            {
                // A trim may have moved the cursor on.
                bool hasMoved;
                lock (_gate)
                {
                    hasMoved = cursor.Position > _end;
                    _end = cursor.Position;
                }

                if (hasMoved) WakeAll();
                return null;
            }

            SharedPage page = SharedPage.Copy(read, before > after ? after : before, cursor.Position);
            lock (_gate)
            {
                _end = page.Last;
                _pagesRead++;
                _pagesGiven++;
                Keep(page);
            }

            return page;
        }
        catch (FeedException)
        {
            // Where the cursor stands now is not known well enough to share it.
            await ForgetAsync();
            throw;
        }
        finally
        {
            _reading.Release();
        }
    }

    private async ValueTask ForgetAsync()
    {
        ITopicCursor? cursor;
        lock (_gate)
        {
            cursor = _cursor;
            _cursor = null;
            DropKept();
        }

        if (cursor is not null) await cursor.DisposeAsync();
    }

    /// <summary>The page has one reference for the caller; one more is for being kept.</summary>
    private void Keep(SharedPage page)
    {
        if (page.Last <= page.After || !page.TryAddReference()) return;
        _kept.Enqueue(page);
        _keptBytes += page.Length;
        while (_kept.Count > 1 && (_keptBytes > options.KeptBytes || Readers < 2)) Drop();
    }

    private void Drop()
    {
        SharedPage oldest = _kept.Dequeue();
        _keptBytes -= oldest.Length;
        oldest.Release();
    }

    private void DropKept()
    {
        while (_kept.Count > 0) Drop();
    }
}
