namespace Weir.Health.Healing;

/// <summary>Says that there may be something to do; however often that is said, whoever waits is woken once.</summary>
internal sealed class WorkSignal
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _set = New();

    public void Set()
    {
        lock (_gate) _set.TrySetResult();
    }

    /// <summary>Waits for the signal or a moment, and takes it.</summary>
    public async Task WaitAsync(TimeSpan most, TimeProvider time, CancellationToken cancellationToken)
    {
        Task set;
        lock (_gate) set = _set.Task;
        try
        {
            await set.WaitAsync(most, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return;
        }

        lock (_gate)
        {
            if (_set.Task.IsCompleted) _set = New();
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
