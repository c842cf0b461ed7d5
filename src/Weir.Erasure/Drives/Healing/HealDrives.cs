using System.Collections.Concurrent;
using Weir.Erasure.Drives.Disks;
using Weir.Erasure.Drives.Walking;

namespace Weir.Erasure.Drives.Healing;

/// <summary>
/// The drives of a deployment for the time of a repair: taken for this process alone, each with its queue. Making things durable has
/// threads of its own, since a drive reads meanwhile.
/// </summary>
public sealed class HealDrives : IDisposable
{
    private readonly ConcurrentDictionary<Drive, TargetDrive> _targets = new();
    private readonly ConcurrentDictionary<Drive, SyncBarrier> _barriers = new();
    private readonly List<IDisposable> _locks = [];
    private readonly DriveQueues _syncQueues;
    private readonly string _run;
    private readonly bool _ownsQueues;

    /// <param name="queueOptions">How the drives are used.</param>
    /// <param name="run">Names the staging directories.</param>
    public HealDrives(DriveQueueOptions queueOptions, string run)
        : this(new(queueOptions), queueOptions, run) => _ownsQueues = true;

    /// <summary>With queues that others use too, and that are not ended with this.</summary>
    /// <param name="queues">The drives' queues.</param>
    /// <param name="syncOptions">How the drives are used where something is made durable.</param>
    /// <param name="run">Names the staging directories.</param>
    public HealDrives(DriveQueues queues, DriveQueueOptions syncOptions, string run)
    {
        _run = run;
        Queues = queues;
        _syncQueues = new(syncOptions with { Concurrency = 1 });
    }

    public DriveQueues Queues { get; }

    /// <summary>Whether a drive is not written to any more: it was full, or writing failed too often.</summary>
    public bool HasFailed => _targets.Values.Any(target => target.Failure is not null);

    /// <summary>Takes all drives of the pools, and removes what an earlier run that was killed left in its staging directories.</summary>
    /// <exception cref="DriveFileException">Another process repairs one of them, or it fails.</exception>
    public void Take(IEnumerable<Drive> drives)
    {
        foreach (Drive drive in drives)
        {
            if (drive.Files.Disk is not IDriveStore store) throw new DriveFileException($"{drive.Path} is on a disk that is only read.");
            IDisposable held = store.TryLock(drive.Files.Root) ?? throw new DriveFileException($"Another process repairs {drive.Path}.");
            _locks.Add(held);
            if (!drive.IsReadOnly) StagingRest.Remove(drive, store);
        }
    }

    public void Dispose()
    {
        foreach (TargetDrive target in _targets.Values) StagingRest.TryRemoveEmpty(target);
        if (_ownsQueues) Queues.Dispose();
        _syncQueues.Dispose();
        foreach (IDisposable held in _locks) held.Dispose();
    }

    internal PinnedBuffers Buffers { get; } = new();

    internal TargetDrive Target(Drive drive) => _targets.GetOrAdd(drive, one => new(one, (IDriveStore)one.Files.Disk, _run));

    internal SyncBarrier Barrier(Drive drive) => _barriers.GetOrAdd(drive, one => new(Target(one), _syncQueues[one]));
}
