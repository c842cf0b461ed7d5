using System.Collections.Concurrent;
using Weir.Lustre;

namespace Weir.Coordinator.Movers;

/// <summary>The actions of one kind: a queue, and as many threads as there are slots, each made when there is work for it.</summary>
internal sealed class Lane : IDisposable
{
    private readonly BlockingCollection<Job> _waiting = [];
    private readonly HsmAction _action;
    private readonly int _slots;
    private readonly Action<Job> _run;
    private readonly Lock _gate = new();
    private readonly List<Thread> _threads = [];
    private int _running;

    public Lane(HsmAction action, int slots, Action<Job> run) => (_action, _slots, _run) = (action, slots, run);

    public HsmAction Action => _action;

    public int Running => Volatile.Read(ref _running);

    public int Waiting => _waiting.Count;

    /// <summary>Nothing is done with it once the agent stops.</summary>
    public void Add(Job job)
    {
        lock (_gate)
        {
            if (_waiting.IsAddingCompleted) return;
            _waiting.Add(job);
            if (_threads.Count == _slots || _threads.Count > Running + _waiting.Count) return;
            var thread = new Thread(Work) { IsBackground = true, Name = $"weir-{HsmNames.Text(_action)}-{_threads.Count + 1}" };
            _threads.Add(thread);
            thread.Start();
        }
    }

    /// <summary>Starts nothing more. The jobs at work see to it themselves.</summary>
    public void Stop()
    {
        lock (_gate) _waiting.CompleteAdding();
        while (_waiting.TryTake(out Job? _))
        {
        }
    }

    /// <summary>Waits for the threads; false when they did not end in time.</summary>
    public bool Join(TimeSpan timeout)
    {
        long start = Environment.TickCount64;
        foreach (Thread thread in _threads)
        {
            if (!thread.Join(TimeSpan.FromMilliseconds(Math.Max(0, timeout.TotalMilliseconds - (Environment.TickCount64 - start))))) return false;
        }

        return true;
    }

    public void Dispose() => _waiting.Dispose();

    private void Work()
    {
        foreach (Job job in _waiting.GetConsumingEnumerable())
        {
            Interlocked.Increment(ref _running);
            try
            {
                _run(job);
            }
            finally
            {
                Interlocked.Decrement(ref _running);
            }
        }
    }
}
