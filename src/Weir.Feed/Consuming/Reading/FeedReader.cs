namespace Weir.Feed.Consuming;

/// <summary>Reads the topics of a selection in turns, over the process's fan-out.</summary>
public abstract class FeedReader : IFeedReader
{
    /// <summary>How many pages of one topic may be passed over by the filter before another topic has its turn.</summary>
    private const int MaxPassedInTurn = 16;

    private static readonly TimeSpan PassedPatience = TimeSpan.FromSeconds(1);

    private readonly FanOut _fanOut;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, TopicPlace> _places = new(StringComparer.Ordinal);
    private readonly List<TopicPlace> _order = [];
    private readonly FeedPage _page = new();
    private SharedPage? _held;
    private int _topicsVersion = -1;
    private int _turn;
    private bool _isDisposed;

    private protected FeedReader(FanOut fanOut, TopicSelection topics, RecordFilter filter, TimeProvider time)
    {
        _fanOut = fanOut;
        _time = time;
        Topics = topics;
        Filter = filter;
    }

    public TopicSelection Topics { get; }

    public RecordFilter Filter { get; }

    /// <summary>How far it is in each of its topics: everything up to there was given or passed over. Not to be asked for while a read is under way.</summary>
    public IReadOnlyList<TopicPosition> Positions => [.. _order.Select(static place => new TopicPosition(place.Topic, place.Place))];

    internal ReaderSignal Signal { get; } = new();

    private protected IFeedEngine Feed => _fanOut.Feed;

    private protected TimeProvider Time => _time;

    private protected IReadOnlyList<TopicPlace> Places => _order;

    public async ValueTask<FeedPage?> ReadAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        await BeforeReadAsync(cancellationToken);
        LetGo();
        await JoinNewTopicsAsync(cancellationToken);
        for (int idle = 0; idle < _order.Count;)
        {
            TopicPlace place = _order[_turn];
            (bool isGiven, bool isAtEnd) = await TryGiveAsync(place, cancellationToken);
            if (!isGiven || _order.Count > 1) _turn = (_turn + 1) % _order.Count;
            if (isGiven) return _page;
            idle = isAtEnd ? idle + 1 : 0;
        }

        return null;
    }

    public async ValueTask WaitAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        LetGo();
        if (await ArmAsync(cancellationToken)) return;
        try
        {
            if (HasPassed())
            {
                // What the filter has passed over is noted once it is quiet, and not for each record.
                Task woken = Signal.WaitAsync(cancellationToken);
                await Task.WhenAny(woken, Task.Delay(PassedPatience, _time, cancellationToken));
                cancellationToken.ThrowIfCancellationRequested();
                if (!woken.IsCompleted) await NotePassedAsync(cancellationToken);
                await woken;
                return;
            }

            await Signal.WaitAsync(cancellationToken);
        }
        finally
        {
            foreach (TopicPlace place in _order) place.Hub.RemoveWaiting(Signal);
        }

        ObjectDisposedException.ThrowIf(_isDisposed, this);
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        _fanOut.Remove(this);
        Signal.Wake();
        LetGo();
        await OnDisposeAsync();
        foreach (TopicPlace place in _order)
        {
            place.Hub.RemoveWaiting(Signal);
            await place.DisposeAsync();
            await _fanOut.LeaveAsync(place.Hub);
        }

        GC.SuppressFinalize(this);
    }

    internal ValueTask StartAsync(CancellationToken cancellationToken) => _fanOut.AddAsync(this, cancellationToken);

    private protected TopicPlace? FindPlace(string topic)
    {
        lock (_places) return _places.GetValueOrDefault(topic);
    }

    /// <summary>After which id the reader begins in a topic that it has not read yet.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="isNew">It was not there when the reader was opened.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    private protected abstract ValueTask<RecordId> StartOfAsync(string topic, bool isNew, CancellationToken cancellationToken);

    private protected virtual ValueTask<CoalescedPages?> CoalesceAsync(string topic, CancellationToken cancellationToken) => ValueTask.FromResult<CoalescedPages?>(null);

    private protected virtual ValueTask BeforeReadAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    private protected virtual ValueTask NotePassedAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    private protected virtual bool HasPassed() => false;

    /// <summary>Whether the next read says why there is none.</summary>
    private protected virtual bool IsOver() => false;

    private protected virtual ValueTask OnDisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Takes pages of a topic until one has something to give, or there is none, or others have waited long enough.</summary>
    private async ValueTask<(bool IsGiven, bool IsAtEnd)> TryGiveAsync(TopicPlace place, CancellationToken cancellationToken)
    {
        for (int passed = 0; passed < MaxPassedInTurn; passed++)
        {
            SharedPage? page = place.Coalesced is { } coalesced ? await coalesced.TakeAsync(place, cancellationToken) : await place.TakeAsync(cancellationToken);
            if (page is null) return (false, true);

            // What was coalesced was filtered before, and moved the place on already.
            PageView view = page.ViewFor(place.Coalesced is null ? Filter : RecordFilter.All);
            int first = place.Coalesced is null && page.After < place.Place ? view.FirstAbove(page.Frames.Span, place.Place) : 0;
            bool hasGap = page.Gap is not null && first == 0;
            RecordId last = page.Last;
            if (first == view.Count && !hasGap)
            {
                page.Release();
                place.MoveTo(last);
                continue;
            }

            _held = page;
            _page.Set(place.Topic, page.Frames, view, first, last, hasGap ? page.Gap : null);
            place.MoveTo(last, view.Count > first ? FrameLayout.ReadId(page.Frames.Span[view.Offsets[^1]..]) : null);
            return (true, false);
        }

        return (false, false);
    }

    /// <summary>True when there is something to read already.</summary>
    private async ValueTask<bool> ArmAsync(CancellationToken cancellationToken)
    {
        Signal.Reset();

        // Who ended the reader may have woken it just before that was forgotten.
        if (_isDisposed || IsOver()) return true;
        _fanOut.StartWatching();
        await JoinNewTopicsAsync(cancellationToken);
        foreach (TopicPlace place in _order)
        {
            if (place.Hub.TryAddWaiting(Signal, place.Place)) continue;
            foreach (TopicPlace armed in _order) armed.Hub.RemoveWaiting(Signal);
            return true;
        }

        _fanOut.Topics(out int version);
        return Topics.HasPrefix && version != _topicsVersion;
    }

    /// <summary>Finds its place in the topics there are.</summary>
    internal ValueTask JoinAsync(CancellationToken cancellationToken) => JoinNewTopicsAsync(cancellationToken);

    private async ValueTask JoinNewTopicsAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> topics = _fanOut.Topics(out int version);
        if (version == _topicsVersion) return;
        bool isFirst = _topicsVersion < 0;
        IEnumerable<string> wanted = Topics.HasPrefix ? Topics.Topics.Concat(topics.Where(Topics.Matches)).Distinct() : Topics.Topics;
        foreach (string topic in wanted.Order(StringComparer.Ordinal).ToArray())
        {
            if (_places.ContainsKey(topic)) continue;
            RecordId start = await StartOfAsync(topic, !isFirst, cancellationToken);
            var place = new TopicPlace(_fanOut.Enter(topic), start, Feed, _fanOut.Options) { Coalesced = await CoalesceAsync(topic, cancellationToken) };
            lock (_places) _places[topic] = place;
            _order.Add(place);
        }

        _topicsVersion = version;
    }

    private void LetGo()
    {
        _page.Clear();
        _held?.Release();
        _held = null;
    }
}
