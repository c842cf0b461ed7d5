namespace Weir.Erasure.Drives.Healing;

/// <summary>Lets work in while its weights together stay below a limit; the first in line always gets in, however heavy, once it is alone.</summary>
internal sealed class WeightedGate(long limit)
{
    private readonly Lock _lock = new();
    private readonly Queue<(long Weight, TaskCompletionSource Source)> _waiting = new();
    private long _used;

    public Task EnterAsync(long weight)
    {
        lock (_lock)
        {
            if (_waiting.Count == 0 && MayEnter(weight))
            {
                _used += weight;
                return Task.CompletedTask;
            }

            var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue((weight, source));
            return source.Task;
        }
    }

    public void Leave(long weight)
    {
        lock (_lock)
        {
            _used -= weight;
            while (_waiting.TryPeek(out (long Weight, TaskCompletionSource Source) next) && MayEnter(next.Weight))
            {
                _waiting.Dequeue();
                _used += next.Weight;
                next.Source.SetResult();
            }
        }
    }

    private bool MayEnter(long weight) => _used == 0 || _used + weight <= limit;
}
