using Weir.Coordinator.Agents;
using Weir.Coordinator.Requests;

namespace Weir.Coordinator.Tests.Server;

/// <summary>Remembers what an agent was given.</summary>
internal sealed class RecordedWork : IAgentWork
{
    private readonly List<RequestKey> _started = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiters = [];

    public IReadOnlyList<RequestKey> Started
    {
        get
        {
            lock (_started) return [.. _started];
        }
    }

    public void Start(in HsmRequest request)
    {
        lock (_started)
        {
            _started.Add(request.Key);
            foreach ((int count, TaskCompletionSource reached) in _waiters)
            {
                if (_started.Count >= count) reached.TrySetResult();
            }
        }
    }

    public void Cancel(in RequestKey key)
    {
    }

    public Task WhenAsync(int count)
    {
        lock (_started)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_started.Count >= count) reached.SetResult();
            else _waiters.Add((count, reached));
            return reached.Task.WaitAsync(TimeSpan.FromSeconds(20));
        }
    }
}
