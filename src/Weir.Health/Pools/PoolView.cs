using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Walking;

namespace Weir.Health.Pools;

/// <summary>
/// The pools as they were when their drives last changed: topology and queues, for scans and repairs together. It is lent: whoever takes one
/// gives it back, and takes the next one when <see cref="IsOutdated"/>.
/// </summary>
public sealed class PoolView
{
    private readonly Lock _gate = new();
    private readonly Lazy<DriveQueues> _urgent;
    private int _users;
    private bool _isOutdated;

    internal PoolView(long generation, DriveTopology topology, DriveQueueOptions paced, DriveQueueOptions urgent)
    {
        Generation = generation;
        Topology = topology;
        PacedOptions = paced;
        UrgentOptions = urgent;
        Queues = new(paced);
        _urgent = new(() => new DriveQueues(urgent));
    }

    /// <summary>From 1; higher for each change.</summary>
    public long Generation { get; }

    public DriveTopology Topology { get; }

    /// <summary>The drives' queues, which keep the pace.</summary>
    public DriveQueues Queues { get; }

    /// <summary>Queues with threads of their own that keep no pace: for what somebody waits for.</summary>
    public DriveQueues UrgentQueues => _urgent.Value;

    /// <summary>For queues of one's own that keep the same pace together with all others.</summary>
    public DriveQueueOptions PacedOptions { get; }

    /// <summary>For queues of one's own that keep no pace.</summary>
    public DriveQueueOptions UrgentOptions { get; }

    /// <summary>Whether there is a newer one: drives came, went, or are to be used otherwise.</summary>
    public bool IsOutdated
    {
        get
        {
            lock (_gate) return _isOutdated;
        }
    }

    /// <summary>Drives that were given up, and why; of both kinds of queues.</summary>
    public IReadOnlyList<(Drive Drive, string Reason)> Failures => _urgent.IsValueCreated ? [.. Queues.Failures, .. UrgentQueues.Failures] : Queues.Failures;

    internal IReadOnlyList<(Drive Drive, long Count, string First)> Errors => _urgent.IsValueCreated ? [.. Queues.Errors, .. UrgentQueues.Errors] : Queues.Errors;

    internal bool TryTake()
    {
        lock (_gate)
        {
            if (_isOutdated) return false;
            _users++;
            return true;
        }
    }

    internal void Give()
    {
        lock (_gate)
        {
            if (--_users > 0 || !_isOutdated) return;
        }

        End();
    }

    internal void Outdate()
    {
        lock (_gate)
        {
            if (_isOutdated) return;
            _isOutdated = true;
            if (_users > 0) return;
        }

        End();
    }

    private void End()
    {
        Queues.Dispose();
        if (_urgent.IsValueCreated) _urgent.Value.Dispose();
    }
}

/// <summary>A <see cref="PoolView"/> that is lent until this is disposed.</summary>
public sealed class PoolLease : IDisposable
{
    private PoolView? _view;

    internal PoolLease(PoolView view) => _view = view;

    public PoolView View => _view ?? throw new ObjectDisposedException(nameof(PoolLease));

    public void Dispose() => Interlocked.Exchange(ref _view, null)?.Give();
}
