namespace Weir.Feed.Consuming;

/// <summary>
/// Reads each topic once for all readers of the process, notices new records and new topics, and wakes those whom they concern.
/// </summary>
public sealed class FanOut : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, TopicHub> _hubs = new(StringComparer.Ordinal);
    private readonly HashSet<FeedReader> _readers = [];
    private readonly CancellationTokenSource _closing = new();
    private readonly TimeProvider _time;
    private IReadOnlyList<string> _topics = [];
    private Task? _watching;
    private long _listedAt;
    private bool _owesNames;

    /// <summary>What the topics of all readers that there have been start with.</summary>
    private string? _prefix;
    private CancellationTokenSource? _watch;

    /// <param name="feed">The feed.</param>
    /// <param name="options">How much memory readers share.</param>
    /// <param name="time">For waits.</param>
    public FanOut(IFeedEngine feed, FanOutOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(feed);
        Feed = feed;
        Options = options ?? FanOutOptions.Default;
        _time = time ?? TimeProvider.System;
    }

    internal IFeedEngine Feed { get; }

    internal FanOutOptions Options { get; }

    /// <summary>Changes when topics have come or gone.</summary>
    internal int TopicsVersion { get; private set; }

    /// <summary>Open readers.</summary>
    public int Readers
    {
        get
        {
            lock (_gate) return _readers.Count;
        }
    }

    /// <summary>How many pages were read from the feed, and how often one was given to a reader, since the start; of topics that have readers now.</summary>
    public (long Read, long Given) PageCounts
    {
        get
        {
            lock (_gate) return (_hubs.Values.Sum(static hub => hub.Counts.Read), _hubs.Values.Sum(static hub => hub.Counts.Given));
        }
    }

    public async ValueTask DisposeAsync()
    {
        TopicHub[] hubs;
        Task? watching;
        lock (_gate)
        {
            if (_closing.IsCancellationRequested) return;
            _closing.Cancel();
            hubs = [.. _hubs.Values];
            watching = _watching;
        }

        foreach (TopicHub hub in hubs) hub.WakeAll();
        if (watching is not null) await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (TopicHub hub in hubs) await hub.DisposeAsync();
    }

    internal async ValueTask AddAsync(FeedReader reader, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
            _readers.Add(reader);
            string prefix = reader.Topics.CommonPrefix;
            string common = _prefix is null ? prefix : prefix[.._prefix.AsSpan().CommonPrefixLength(prefix)];
            if (common != _prefix)
            {
                // Who watches now looks at too few topics for this reader.
                _prefix = common;
                _watch?.Cancel();
            }
        }

        // Who names each topic finds it without looking through all of them.
        if (reader.Topics.HasPrefix) await ListAsync(cancellationToken);
    }

    internal void Remove(FeedReader reader)
    {
        lock (_gate) _readers.Remove(reader);
    }

    /// <summary>The topics there are, as far as they were looked through.</summary>
    internal IReadOnlyList<string> Topics(out int version)
    {
        lock (_gate)
        {
            version = TopicsVersion;
            return _topics;
        }
    }

    internal async ValueTask ListAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> topics = await Feed.ListTopicsAsync(_prefix ?? "", cancellationToken);
        FeedReader[] readers;
        lock (_gate)
        {
            _listedAt = _time.GetTimestamp();
            if (topics.SequenceEqual(_topics)) return;
            _topics = topics;
            TopicsVersion++;
            readers = [.. _readers.Where(static reader => reader.Topics.HasPrefix)];
        }

        foreach (FeedReader reader in readers) reader.Signal.Wake();
    }

    internal TopicHub Enter(string topic)
    {
        lock (_gate)
        {
            if (!_hubs.TryGetValue(topic, out TopicHub? hub)) _hubs[topic] = hub = new(topic, Feed, Options);
            hub.Readers++;
            return hub;
        }
    }

    internal async ValueTask LeaveAsync(TopicHub hub)
    {
        lock (_gate)
        {
            if (--hub.Readers > 0) return;
            _hubs.Remove(hub.Topic);
        }

        await hub.DisposeAsync();
    }

    /// <summary>Sees to it that somebody watches the feed from now on.</summary>
    internal void StartWatching()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
            if (_watching is { IsCompleted: false }) return;
            _watching = Task.Run(WatchAsync, CancellationToken.None);
        }
    }

    private async Task WatchAsync()
    {
        TimeSpan pause = TimeSpan.FromMilliseconds(100);
        while (!_closing.IsCancellationRequested)
        {
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
            string prefix;
            lock (_gate)
            {
                _watch = ending;
                prefix = _prefix ?? "";
            }

            try
            {
                await WatchAsync(prefix, ending.Token);
            }
            catch (OperationCanceledException) when (ending.IsCancellationRequested)
            {
                // Closed, or there is more to watch.
            }
            catch (IOException)
            {
                // Those who wait read, and are told by their own reads what is wrong.
                TopicHub[] hubs;
                lock (_gate) hubs = [.. _hubs.Values];
                foreach (TopicHub hub in hubs) hub.WakeAll();
                await Task.Delay(pause, _time, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            finally
            {
                lock (_gate) _watch = null;
            }
        }
    }

    private async Task WatchAsync(string prefix, CancellationToken cancellationToken)
    {
        using IFeedWatch watch = Feed.Watch(prefix);

        // What came before the watch was there is seen by this look.
        await LookAsync(mayList: true, cancellationToken);
        while (true)
        {
            Task news = watch.WaitAsync(cancellationToken).AsTask();
            while (await LookWhenAsync(news, cancellationToken))
            {
                // Names were looked through again; the news are still to come.
            }
        }
    }

    /// <summary>Looks when there are news, or when the names of topics were passed over at the last look. True: no news yet.</summary>
    private async ValueTask<bool> LookWhenAsync(Task news, CancellationToken cancellationToken)
    {
        if (!_owesNames)
        {
            await news;
        }
        else
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(news, Task.Delay(Options.ListInterval, _time, stop.Token));
            await stop.CancelAsync();
        }

        bool hasNews = news.IsCompleted;
        if (hasNews) await news;
        bool mayList = !hasNews || _time.GetElapsedTime(_listedAt) >= Options.ListInterval;
        _owesNames = !mayList;
        await LookAsync(mayList, cancellationToken);
        return !hasNews;
    }

    private async ValueTask LookAsync(bool mayList, CancellationToken cancellationToken)
    {
        bool wantsNames;
        TopicHub[] hubs;
        lock (_gate)
        {
            wantsNames = _readers.Any(static reader => reader.Topics.HasPrefix);
            hubs = [.. _hubs.Values];
        }

        if (wantsNames && mayList) await ListAsync(cancellationToken);
        foreach (TopicHub hub in hubs) await hub.LookAsync(cancellationToken);
    }
}
