namespace Weir.Feed.Consuming;

/// <summary>Wakes one reader. A wake that comes while nobody waits is kept for the next wait.</summary>
internal sealed class ReaderSignal
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _waiting;
    private bool _isSet;

    public void Wake()
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            _isSet = true;
            waiting = _waiting;
            _waiting = null;
        }

        waiting?.TrySetResult();
    }

    /// <summary>Forgets wakes that came before.</summary>
    public void Reset()
    {
        lock (_gate) _isSet = false;
    }

    public Task WaitAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_isSet)
            {
                _isSet = false;
                return Task.CompletedTask;
            }

            _waiting ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return _waiting.Task.WaitAsync(cancellationToken);
        }
    }
}
