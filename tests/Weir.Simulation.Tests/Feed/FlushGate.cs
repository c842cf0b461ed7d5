namespace Weir.Simulation.Tests.Feed;

/// <summary>Holds one flush back, so that appends can gather behind it in a known order.</summary>
internal sealed class FlushGate
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly object _lock = new();
    private bool _isOpen;

    /// <summary>Completes when a flush waits.</summary>
    public Task Reached => _reached.Task;

    public void Open()
    {
        lock (_lock)
        {
            _isOpen = true;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Called by the flush.</summary>
    public void Pass()
    {
        if (!_reached.TrySetResult()) return;
        lock (_lock)
            while (!_isOpen) Monitor.Wait(_lock);
    }
}
