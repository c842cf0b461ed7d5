using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Disks;

namespace Weir.Health.Pools;

/// <summary>Looks at drives that may hang: each has at most one thread that waits for it, however often it is asked about.</summary>
internal sealed class DriveLookout(IDriveDisk disk, TimeSpan timeout, TimeProvider time)
{
    private readonly Dictionary<string, Task<Drive>> _pending = new(StringComparer.Ordinal);

    /// <summary>Looks at all of them at once. Not to be called twice at the same time.</summary>
    public async Task<Drive[]> LookAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken) =>
        await Task.WhenAll(paths.Select(path => LookAsync(path, cancellationToken))).ConfigureAwait(false);

    private async Task<Drive> LookAsync(string path, CancellationToken cancellationToken)
    {
        Task<Drive> look;
        lock (_pending)
        {
            if (!_pending.TryGetValue(path, out look!))
            {
                // A thread of its own: one that hangs must take nobody else's.
                look = Task.Factory.StartNew(() => DriveTopology.Look(path, disk), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
                _pending[path] = look;
            }
        }

        try
        {
            Drive drive = await look.WaitAsync(timeout, time, cancellationToken).ConfigureAwait(false);
            lock (_pending) _pending.Remove(path);
            return drive;
        }
        catch (TimeoutException)
        {
            return DriveTopology.Absent(path, disk, $"it has not answered for {timeout.TotalSeconds:0} s");
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            lock (_pending) _pending.Remove(path);
            return DriveTopology.Absent(path, disk, error.Message);
        }
    }
}
