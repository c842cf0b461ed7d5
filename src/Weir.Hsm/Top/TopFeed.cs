using Weir.Feed;
using Weir.Hsm.Following;

namespace Weir.Hsm.Top;

/// <summary>Brings a feed's actions into a model: everything there is, and then whatever comes. Not thread-safe.</summary>
public sealed class TopFeed : IAsyncDisposable
{
    private readonly IFeedEngine _engine;
    private readonly string _prefix;
    private readonly TopModel _model;
    private readonly ActionFollower _follower;
    private readonly CancellationTokenSource _closing = new();
    private ITopicCursor? _sources;
    private IFeedWatch? _watch;
    private Task _wait = Task.CompletedTask;

    /// <param name="engine">The feed; it stays the caller's.</param>
    /// <param name="prefix">The action topics: this one, and those that begin with it and a colon.</param>
    /// <param name="model">What takes the records in; empty.</param>
    public TopFeed(IFeedEngine engine, string prefix, TopModel model)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(model);
        _engine = engine;
        _prefix = prefix;
        _model = model;
        _follower = new(engine, prefix, null, model.Live);
    }

    /// <summary>The last damage that was stepped over; null when there was none.</summary>
    public FeedGap? LastGap => _follower.LastGap;

    /// <summary>Reads everything that is there and was not read. The model must be left alone meanwhile.</summary>
    /// <exception cref="FeedException">The feed cannot be read. The next call goes on where this one failed.</exception>
    public async Task CatchUpAsync(CancellationToken cancellationToken = default)
    {
        _model.LookAtClock();
        await _follower.CatchUpAsync(cancellationToken);
        _model.Unreadable = _follower.Unreadable;
        await ReadSourcesAsync(cancellationToken);
    }

    /// <summary>From now on <see cref="WaitAsync"/> notices what is appended. To be called before the first read.</summary>
    public void Watch() => _watch = _engine.Watch(_prefix[.._prefix.AsSpan().CommonPrefixLength(ActionTopics.Sources)]);

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
        await _follower.DisposeAsync();
        if (_sources is not null) await _sources.DisposeAsync();
        _closing.Dispose();
    }

    private async ValueTask ReadSourcesAsync(CancellationToken cancellationToken)
    {
        TopicInfo? info = await _engine.DescribeAsync(ActionTopics.Sources, cancellationToken);
        if (_sources is not null && (info is null || info.LastId < _sources.Position))
        {
            await _sources.DisposeAsync();
            _sources = null;
            _model.Lost.Clear();
        }

        if (info is null) return;
        _sources ??= _engine.OpenCursor(ActionTopics.Sources, RecordId.Zero);
        while (await _sources.ReadAsync(cancellationToken) is { IsEmpty: false } page)
        {
            foreach (RecordView record in page) _model.Lost.Apply(record);
        }
    }
}
