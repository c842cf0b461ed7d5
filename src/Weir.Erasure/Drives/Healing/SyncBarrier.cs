using Weir.Erasure.Drives.Walking;

namespace Weir.Erasure.Drives.Healing;

/// <summary>
/// Makes what several repairs wrote to one drive durable together: whoever comes while the drive is busy with it is served by the next
/// turn. A few files and directories are made durable one by one, many by the whole file system at once.
/// </summary>
/// <param name="target">The drive.</param>
/// <param name="queue">Its queue for this: reading goes on meanwhile.</param>
internal sealed class SyncBarrier(TargetDrive target, DriveQueue queue)
{
    /// <summary>Above this the whole file system is cheaper.</summary>
    private const int MostSingle = 4;

    private readonly Lock _gate = new();
    private List<Waiter> _waiting = [];
    private bool _isRunning;

    /// <summary>Returns when the paths, below the drive's root, are durable.</summary>
    /// <exception cref="DriveFileException">They may not be.</exception>
    public Task SyncAsync(IReadOnlyCollection<string> paths)
    {
        if (paths.Count == 0) return Task.CompletedTask;
        var waiter = new Waiter(paths);
        lock (_gate)
        {
            _waiting.Add(waiter);
            if (_isRunning) return waiter.Source.Task;
            _isRunning = true;
        }

        _ = RunAsync();
        return waiter.Source.Task;
    }

    /// <summary>Never throws: what fails is told to whoever waits.</summary>
    private async Task RunAsync()
    {
        await Task.Yield();
        while (true)
        {
            List<Waiter> turn;
            lock (_gate)
            {
                turn = _waiting;
                _waiting = [];
                _isRunning = turn.Count > 0;
                if (!_isRunning) return;
            }

            try
            {
                await queue.RunAsync(worker => Sync(worker, turn)).ConfigureAwait(false);
                foreach (Waiter waiter in turn) waiter.Source.TrySetResult();
            }
            catch (Exception error)
            {
                foreach (Waiter waiter in turn) waiter.Source.TrySetException(error);
            }
        }
    }

    private bool Sync(DriveWorker worker, List<Waiter> turn)
    {
        HashSet<string> paths = [.. turn.SelectMany(waiter => waiter.Paths)];
        if (paths.Count > MostSingle)
        {
            target.Store.SyncAll(target.Root);
            return true;
        }

        foreach (string path in paths)
        {
            target.Store.Sync(target.Root, path);
            worker.Progress();
        }

        return true;
    }

    private sealed class Waiter(IReadOnlyCollection<string> paths)
    {
        public IReadOnlyCollection<string> Paths => paths;

        public TaskCompletionSource Source { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
