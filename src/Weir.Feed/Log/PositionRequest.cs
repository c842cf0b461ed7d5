using System.Threading.Tasks.Sources;

namespace Weir.Feed.Log;

/// <summary>What a request does to a position.</summary>
internal enum PositionAction
{
    /// <summary>Sets it, or removes it.</summary>
    Set,

    /// <summary>Moves it up, and never down.</summary>
    Advance,

    /// <summary>Removes all positions of a topic.</summary>
    RemoveTopic,
}

/// <summary>A change that waits for its commit. Pooled: its task allocates nothing.</summary>
internal sealed class PositionRequest(Stack<PositionRequest> pool) : IValueTaskSource<RecordId>
{
    private const int MaxPooled = 4096;

    private ManualResetValueTaskSourceCore<RecordId> _core = new() { RunContinuationsAsynchronously = true };

    public PositionAction Action { get; private set; }

    public string Topic { get; private set; } = "";

    public string Consumer { get; private set; } = "";

    public RecordId? Position { get; private set; }

    /// <summary>Where the position is when this is done.</summary>
    public RecordId Outcome { get; set; }

    public Exception? Failure { get; set; }

    public ValueTask<RecordId> Task => new(this, _core.Version);

    public static PositionRequest Rent(Stack<PositionRequest> pool, PositionAction action, string topic, string consumer, RecordId? position)
    {
        PositionRequest? request;
        lock (pool) pool.TryPop(out request);
        request ??= new(pool);
        request.Action = action;
        request.Topic = topic;
        request.Consumer = consumer;
        request.Position = position;
        request.Outcome = position ?? RecordId.Zero;
        request.Failure = null;
        return request;
    }

    public void Complete()
    {
        if (Failure is { } failure) _core.SetException(failure);
        else _core.SetResult(Outcome);
    }

    public RecordId GetResult(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            _core.Reset();
            lock (pool)
            {
                if (pool.Count < MaxPooled) pool.Push(this);
            }
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
