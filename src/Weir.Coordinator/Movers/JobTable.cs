using Weir.Coordinator.Requests;
using Weir.Lustre;

namespace Weir.Coordinator.Movers;

/// <summary>All jobs of an agent. Of one file, one is at work at a time; those that come meanwhile follow it in their order.</summary>
internal sealed class JobTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<RequestKey, Job> _jobs = [];
    private readonly Dictionary<Fid, Queue<Job>> _behind = [];

    public int Count
    {
        get
        {
            lock (_gate) return _jobs.Count;
        }
    }

    /// <summary>Takes a job in; false when its request is here already.</summary>
    /// <param name="job">The new one.</param>
    /// <param name="isDue">Whether it may start: no other is at this file.</param>
    public bool TryAdd(Job job, out bool isDue)
    {
        lock (_gate)
        {
            isDue = false;
            if (!_jobs.TryAdd(job.Request.Key, job)) return false;
            isDue = !_behind.TryGetValue(job.Request.Fid, out Queue<Job>? queue);
            if (isDue) _behind.Add(job.Request.Fid, new(0));
            else queue!.Enqueue(job);
            return true;
        }
    }

    public Job? Find(in RequestKey key)
    {
        lock (_gate) return _jobs.GetValueOrDefault(key);
    }

    /// <summary>A job has ended; the next one of its file, which may start now, or null.</summary>
    public Job? Remove(Job job)
    {
        lock (_gate)
        {
            _jobs.Remove(job.Request.Key);
            if (_behind[job.Request.Fid].TryDequeue(out Job? next)) return next;
            _behind.Remove(job.Request.Fid);
            return null;
        }
    }
}
