using System.Threading.Tasks.Sources;

namespace Weir.Feed.Log;

/// <summary>An append (or, without a batch, a sync) that waits for its commit. Pooled: its task allocates nothing.</summary>
internal sealed class AppendRequest(AppendRequestPool pool) : IValueTaskSource<RecordId>, IValueTaskSource
{
    private ManualResetValueTaskSourceCore<RecordId> _core = new() { RunContinuationsAsynchronously = true };

    public RecordBatch? Batch { get; private set; }

    public AppendOptions Options { get; private set; }

    /// <summary>The outcome that the commit decided on, told when the commit is over.</summary>
    public RecordId LastId { get; set; }

    public Exception? Failure { get; set; }

    public ValueTask<RecordId> Task => new(this, _core.Version);

    public ValueTask UntypedTask => new(this, _core.Version);

    public void Prepare(RecordBatch? batch, AppendOptions options)
    {
        Batch = batch;
        Options = options;
        Failure = null;
    }

    public void Complete()
    {
        Batch = null;
        if (Failure is { } failure) _core.SetException(failure);
        else _core.SetResult(LastId);
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
            pool.Return(this);
        }
    }

    void IValueTaskSource.GetResult(short token) => GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}

/// <summary>Requests that are done, kept for the next ones.</summary>
internal sealed class AppendRequestPool
{
    private const int MaxKept = 1024;
    private readonly Stack<AppendRequest> _free = new();

    public AppendRequest Rent()
    {
        lock (_free)
        {
            if (_free.TryPop(out AppendRequest? request)) return request;
        }

        return new(this);
    }

    public void Return(AppendRequest request)
    {
        lock (_free)
        {
            if (_free.Count < MaxKept) _free.Push(request);
        }
    }
}
