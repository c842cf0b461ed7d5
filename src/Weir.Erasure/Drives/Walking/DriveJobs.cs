using System.Diagnostics.CodeAnalysis;

namespace Weir.Erasure.Drives.Walking;

/// <summary>
/// The work that waits for a drive, first come, first served. Whoever waits for it sleeps at once: there are as many threads as drives, and
/// each turn that they watched for work would be taken from those that have some.
/// </summary>
internal sealed class DriveJobs
{
    private readonly Queue<DriveQueue.Job> _waiting = new();
    private bool _isEnded;

    public bool IsEmpty
    {
        get
        {
            lock (_waiting) return _waiting.Count == 0;
        }
    }

    /// <summary>False when no more is taken.</summary>
    public bool TryAdd(DriveQueue.Job job)
    {
        lock (_waiting)
        {
            if (_isEnded) return false;
            _waiting.Enqueue(job);
            Monitor.Pulse(_waiting);
            return true;
        }
    }

    /// <summary>Waits for the next; null when there will be none.</summary>
    public DriveQueue.Job? Take()
    {
        lock (_waiting)
        {
            while (_waiting.Count == 0)
            {
                if (_isEnded) return null;
                Monitor.Wait(_waiting);
            }

            return _waiting.Dequeue();
        }
    }

    /// <summary>The next, if one waits.</summary>
    public bool TryTake([NotNullWhen(true)] out DriveQueue.Job? job)
    {
        lock (_waiting) return _waiting.TryDequeue(out job);
    }

    /// <summary>No more is taken; what waits is still given out.</summary>
    public void End()
    {
        lock (_waiting)
        {
            _isEnded = true;
            Monitor.PulseAll(_waiting);
        }
    }
}
