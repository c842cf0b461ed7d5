namespace Weir.Erasure.Drives.Walking;

/// <summary>A thread of a drive's queue, as the work that it does sees it.</summary>
public sealed class DriveWorker
{
    private readonly TimeProvider _time;
    private DriveQueue.Job? _current;
    private long _lastProgress;

    internal DriveWorker(TimeProvider time) => _time = time;

    internal DriveQueue.Job? Current => Volatile.Read(ref _current);

    internal long LastProgress => Volatile.Read(ref _lastProgress);

    /// <summary>Says that the drive has answered, before it is asked again.</summary>
    public void Progress() => Volatile.Write(ref _lastProgress, _time.GetTimestamp());

    internal void Begin(DriveQueue.Job job)
    {
        Progress();
        Volatile.Write(ref _current, job);
    }

    internal void End() => Volatile.Write(ref _current, null);
}
