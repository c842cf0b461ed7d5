namespace Weir.Health.Scanning;

/// <summary>Wakes one who sleeps; a call while nobody sleeps wakes the next sleep at once.</summary>
internal sealed class WakeSignal(TimeProvider time)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _called = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Wake()
    {
        lock (_gate) _called.TrySetResult();
    }

    public async Task SleepAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        Task called;
        lock (_gate) called = _called.Task;
        try
        {
            await called.WaitAsync(longest, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return;
        }

        lock (_gate) _called = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
