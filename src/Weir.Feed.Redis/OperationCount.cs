namespace Weir.Feed.Redis;

/// <summary>Counts what is under way, so that closing waits for it and refuses what comes later.</summary>
internal sealed class OperationCount
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _idle;
    private int _running;

    public bool IsClosed { get; private set; }

    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public Operation Begin(object owner)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(IsClosed, owner);
            _running++;
        }

        return new(this);
    }

    /// <summary>Closes and waits until nothing is under way; false when it was closed before.</summary>
    public async Task<bool> CloseAsync()
    {
        Task idle;
        lock (_gate)
        {
            if (IsClosed) return false;
            IsClosed = true;
            if (_running == 0) return true;
            _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
            idle = _idle.Task;
        }

        await idle;
        return true;
    }

    private void End()
    {
        lock (_gate)
        {
            if (--_running == 0) _idle?.TrySetResult();
        }
    }

    internal readonly struct Operation(OperationCount count) : IDisposable
    {
        public void Dispose() => count.End();
    }
}
