namespace Weir.Feed.Consuming;

/// <summary>Watches topics without being registered: it holds nothing back, and is gone when it is disposed.</summary>
public sealed class TransientReader : FeedReader
{
    private readonly ConsumerStart _start;
    private readonly IReadOnlyDictionary<string, RecordId>? _after;

    private TransientReader(
        FanOut fanOut, TopicSelection topics, RecordFilter filter, ConsumerStart start, IReadOnlyDictionary<string, RecordId>? after, TimeProvider time)
        : base(fanOut, topics, filter, time)
    {
        _start = start;
        _after = after;
    }

    /// <summary>Opens a reader.</summary>
    /// <param name="fanOut">The process's readers.</param>
    /// <param name="topics">What to watch; topics that come later are read from their beginning.</param>
    /// <param name="filter">Null: every record.</param>
    /// <param name="start">Where to begin in the topics that are there now.</param>
    /// <param name="after">Where single topics begin instead: after these ids, e.g. those last seen.</param>
    /// <param name="time">For waits.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <exception cref="FeedException">The feed cannot be read.</exception>
    public static async ValueTask<TransientReader> OpenAsync(
        FanOut fanOut, TopicSelection topics, RecordFilter? filter = null, ConsumerStart start = default,
        IReadOnlyDictionary<string, RecordId>? after = null, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fanOut);
        ArgumentNullException.ThrowIfNull(topics);
        var reader = new TransientReader(
            fanOut, topics, filter ?? RecordFilter.All, start, after, time ?? TimeProvider.System);
        try
        {
            await reader.StartAsync(cancellationToken);
            await reader.JoinAsync(cancellationToken);
            return reader;
        }
        catch
        {
            await reader.DisposeAsync();
            throw;
        }
    }

    private protected override async ValueTask<RecordId> StartOfAsync(string topic, bool isNew, CancellationToken cancellationToken)
    {
        if (_after is not null && _after.TryGetValue(topic, out RecordId after)) return after;
        if (isNew || _start.IsFirst || await Feed.DescribeAsync(topic, cancellationToken) is not { } info) return RecordId.Zero;
        return _start.After(info.LastId);
    }
}
