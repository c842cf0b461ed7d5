using System.Collections.Concurrent;
using Weir.Cli.Screens;

namespace Weir.Cli.Top;

/// <summary>What other threads have for the view: keys, and that something is to be looked at again.</summary>
internal sealed class TopInput : IDisposable
{
    /// <summary>Keys that come faster than they can be worked off are dropped.</summary>
    private const int MaxKeys = 256;

    private readonly ConcurrentQueue<Key> _keys = new();
    private readonly SemaphoreSlim _changed = new(0, 1);
    private readonly Lock _gate = new();
    private bool _isDisposed;

    public void Add(Key key)
    {
        if (_keys.Count < MaxKeys) _keys.Enqueue(key);
        Signal();
    }

    public bool TryTake(out Key key) => _keys.TryDequeue(out key);

    /// <summary>Ends the wait that is, or the next one.</summary>
    public void Signal()
    {
        lock (_gate)
        {
            if (!_isDisposed && _changed.CurrentCount == 0) _changed.Release();
        }
    }

    /// <summary>Completes on a signal, or when the time is over.</summary>
    public async Task WaitAsync(TimeSpan time, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (time <= TimeSpan.Zero) return;
        using var over = new CancellationTokenSource(time, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        try
        {
            await _changed.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The time is over.
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _changed.Dispose();
        }
    }
}
