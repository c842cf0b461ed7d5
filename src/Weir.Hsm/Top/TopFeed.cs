using Weir.Feed;

namespace Weir.Hsm.Top;

/// <summary>Brings a feed's actions into a model: everything there is, and then whatever comes. Not thread-safe.</summary>
public sealed class TopFeed : IAsyncDisposable
{
    private const string SourcesTopic = "hsm:sources";

    private readonly IFeedEngine _engine;
    private readonly string _prefix;
    private readonly TopModel _model;
    private readonly List<Reading> _readings = [];
    private readonly CancellationTokenSource _closing = new();
    private IFeedWatch? _watch;
    private Task _wait = Task.CompletedTask;
    private int _next;
    private int _quiet;

    /// <param name="engine">The feed; it stays the caller's.</param>
    /// <param name="prefix">The action topics: this one, and those that begin with it and a colon.</param>
    /// <param name="model">What takes the records in.</param>
    public TopFeed(IFeedEngine engine, string prefix, TopModel model)
    {
        _engine = engine;
        _prefix = prefix;
        _model = model;
    }

    /// <summary>Damage that was stepped over.</summary>
    public long Gaps { get; private set; }

    /// <summary>The last damage, in words; null when there was none.</summary>
    public string? LastGap { get; private set; }

    /// <summary>Reads some more, a page at most.</summary>
    /// <returns>False when all there is has been read.</returns>
    /// <exception cref="FeedException">The feed cannot be read. The next call goes on where this one failed.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (_quiet >= _readings.Count)
        {
            // Topics are looked for when the known ones have been read, and before the first.
            _quiet = 0;
            if (!await FindTopicsAsync(cancellationToken) && _readings.Count == 0) return false;
        }

        while (_quiet < _readings.Count)
        {
            Reading reading = _readings[_next % _readings.Count];
            if (await reading.ReadAsync(this, cancellationToken))
            {
                _quiet = 0;
                return true;
            }

            _next = (_next + 1) % _readings.Count;
            _quiet++;
        }

        return false;
    }

    /// <summary>From now on <see cref="WaitAsync"/> notices what is appended. To be called before the first read.</summary>
    public void Watch() => _watch = _engine.Watch(_prefix[.._prefix.AsSpan().CommonPrefixLength(SourcesTopic)]);

    /// <summary>Completes when there may be more to read.</summary>
    /// <exception cref="InvalidOperationException"><see cref="Watch"/> was not called.</exception>
    public Task WaitAsync()
    {
        IFeedWatch watch = _watch ?? throw new InvalidOperationException("The feed is not watched.");
        return _wait = watch.WaitAsync(_closing.Token).AsTask();
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _wait.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _watch?.Dispose();
        foreach (Reading reading in _readings) await reading.CloseAsync();
        _closing.Dispose();
    }

    private async ValueTask<bool> FindTopicsAsync(CancellationToken cancellationToken)
    {
        var found = new List<(RecordId First, string Topic)>();
        foreach (string topic in await _engine.ListTopicsAsync(_prefix, cancellationToken))
        {
            bool isActions = topic.Length == _prefix.Length || topic[_prefix.Length] == ':';
            if (isActions && !IsKnown(topic)) found.Add((RecordId.Zero, topic));
        }

        // A feed that was written in both layouts tells of one MDT in two topics: the one that begins earlier comes first.
        if (found.Exists(entry => entry.Topic == _prefix) && found.Count > 1)
        {
            for (int i = 0; i < found.Count; i++)
            {
                TopicInfo? info = await _engine.DescribeAsync(found[i].Topic, cancellationToken);
                found[i] = (info?.FirstId ?? RecordId.Zero, found[i].Topic);
            }

            found.Sort();
        }

        foreach ((_, string topic) in found) _readings.Add(new(topic, isSources: false));
        if (IsKnown(SourcesTopic) || (await _engine.ListTopicsAsync(SourcesTopic, cancellationToken)).Count == 0) return found.Count > 0;
        _readings.Add(new(SourcesTopic, isSources: true));
        return true;
    }

    private bool IsKnown(string topic) => _readings.Exists(reading => reading.Topic == topic);

    /// <summary>How far one topic has been read.</summary>
    private sealed class Reading(string topic, bool isSources)
    {
        private ITopicCursor? _cursor;
        private RecordId _position;

        public string Topic => topic;

        public async ValueTask<bool> ReadAsync(TopFeed feed, CancellationToken cancellationToken)
        {
            try
            {
                _cursor ??= feed._engine.OpenCursor(topic, _position);
                RecordPage page = await _cursor.ReadAsync(cancellationToken);
                if (page.IsEmpty) return false;
                if (page.Gap is { } gap)
                {
                    feed.Gaps++;
                    feed.LastGap = gap.ToString();
                }

                if (isSources) feed._model.ApplySources(page);
                else feed._model.Apply(page);
                _position = _cursor.Position;
                return true;
            }
            catch (IOException)
            {
                await CloseAsync();
                throw;
            }
        }

        public async ValueTask CloseAsync()
        {
            if (_cursor is { } cursor) await cursor.DisposeAsync();
            _cursor = null;
        }
    }
}
