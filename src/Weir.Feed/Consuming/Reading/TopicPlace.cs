namespace Weir.Feed.Consuming;

/// <summary>Where a reader is in one topic.</summary>
internal sealed class TopicPlace(TopicHub hub, RecordId start, IFeedEngine feed, FanOutOptions options) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private ITopicCursor? _own;
    private RecordId _place = start;
    private RecordId _lastGiven = start;
    private RecordId _acknowledged = start;

    public TopicHub Hub => hub;

    public string Topic => hub.Topic;

    /// <summary>Coalesces the topic for this reader; null when it is not coalesced.</summary>
    public CoalescedPages? Coalesced { get; init; }

    /// <summary>Everything up to here was given or passed over.</summary>
    public RecordId Place
    {
        get
        {
            lock (_gate) return _place;
        }
    }

    /// <summary>Everything that was given is acknowledged, and something behind it was passed over.</summary>
    public bool HasPassed
    {
        get
        {
            lock (_gate) return _lastGiven <= _acknowledged && _place > _acknowledged;
        }
    }

    /// <summary>Something was given that is not acknowledged.</summary>
    public bool HasGiven
    {
        get
        {
            lock (_gate) return _lastGiven > _acknowledged;
        }
    }

    /// <summary>The position that an acknowledgement up to an id comes to: what the filter passed over behind the last given counts with it.</summary>
    /// <returns>False when the id is ahead of everything that was given.</returns>
    public bool TryAcknowledge(RecordId id, out RecordId position, out bool isNews)
    {
        lock (_gate)
        {
            position = id >= _lastGiven ? _place : id;
            isNews = position > _acknowledged;
            return id <= _place;
        }
    }

    /// <summary>The acknowledgement is durable.</summary>
    public void Acknowledge(RecordId position)
    {
        lock (_gate)
        {
            if (position > _acknowledged) _acknowledged = position;
        }
    }

    /// <summary>The next page; null when there is none now. The caller has a reference.</summary>
    public async ValueTask<SharedPage?> TakeAsync(CancellationToken cancellationToken)
    {
        for (int tries = 0; ; tries++)
        {
            SharedPage? page = await hub.TakeAsync(Place, out bool isBehind, cancellationToken);
            if (page is not null)
            {
                await StopReadingAloneAsync();
                return page;
            }

            if (!isBehind)
            {
                // Somebody may have gone ahead between two looks; another look finds what he has read.
                if (tries < 2 && hub.IsAhead(Place)) continue;
                await StopReadingAloneAsync();
                return null;
            }

            RecordId before = Place;
            if (await ReadAloneAsync(cancellationToken) is { } own) return own;
            if (Place != before) continue;
            await hub.GoBackAsync(Place, cancellationToken);
            return null;
        }
    }

    /// <summary>A page has been dealt with.</summary>
    /// <param name="place">Its end.</param>
    /// <param name="lastGiven">The last of its records that was given; null when none was.</param>
    public void MoveTo(RecordId place, RecordId? lastGiven = null)
    {
        lock (_gate)
        {
            if (place > _place) _place = place;
            if (lastGiven is { } given && given > _lastGiven) _lastGiven = given;
        }
    }

    public ValueTask DisposeAsync() => StopReadingAloneAsync();

    private async ValueTask<SharedPage?> ReadAloneAsync(CancellationToken cancellationToken)
    {
        if (_own is null || _own.Position != Place)
        {
            await StopReadingAloneAsync();
            _own = feed.OpenCursor(Topic, Place, new CursorOptions { PageBytes = options.LaggingPageBytes });
        }

        RecordId before = Place;
        RecordPage read = await _own.ReadAsync(cancellationToken);
        if (!read.IsEmpty) return SharedPage.Copy(read, before, _own.Position);
        MoveTo(_own.Position);
        return null;
    }

    private async ValueTask StopReadingAloneAsync()
    {
        if (_own is not { } own) return;
        _own = null;
        await own.DisposeAsync();
    }
}
