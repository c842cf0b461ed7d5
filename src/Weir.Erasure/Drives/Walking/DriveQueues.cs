namespace Weir.Erasure.Drives.Walking;

/// <summary>The queues of a deployment's drives; made at the first use of each.</summary>
public sealed class DriveQueues(DriveQueueOptions options) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Drive, DriveQueue> _queues = [];
    private bool _isDisposed;

    /// <summary>The queue of a drive.</summary>
    public DriveQueue this[Drive drive]
    {
        get
        {
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                if (!_queues.TryGetValue(drive, out DriveQueue? queue)) _queues[drive] = queue = new(drive, options);
                return queue;
            }
        }
    }

    /// <summary>Drives that were given up, and why.</summary>
    public IReadOnlyList<(Drive Drive, string Reason)> Failures
    {
        get
        {
            lock (_gate) return [.. _queues.Values.Where(queue => queue.Failure is not null).Select(queue => (queue.Drive, queue.Failure!))];
        }
    }

    /// <summary>Drives with directories or files that could not be read while they were walked.</summary>
    public IReadOnlyList<(Drive Drive, long Count, string First)> Errors
    {
        get
        {
            lock (_gate) return [.. _queues.Values.Where(queue => queue.Errors.Count > 0).Select(queue => (queue.Drive, queue.Errors.Count, queue.Errors.First!))];
        }
    }

    /// <summary>Files and directories of all drives that the walk has behind it.</summary>
    public long Files
    {
        get
        {
            lock (_gate) return _queues.Values.Sum(queue => queue.Files);
        }
    }

    /// <summary>Bytes that were read from all drives.</summary>
    public long ReadBytes
    {
        get
        {
            lock (_gate) return _queues.Values.Sum(queue => queue.ReadBytes);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            foreach (DriveQueue queue in _queues.Values) queue.Dispose();
        }
    }
}
