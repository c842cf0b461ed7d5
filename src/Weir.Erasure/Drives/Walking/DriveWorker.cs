namespace Weir.Erasure.Drives.Walking;

/// <summary>A thread of a drive's queue, as the work that it does sees it.</summary>
public sealed class DriveWorker
{
    private readonly DriveQueueOptions _options;
    private readonly DriveRate? _rate;
    private DriveQueue.Job? _current;
    private long _lastProgress;
    private long _readBytes;
    private long _files;

    internal DriveWorker(DriveQueueOptions options, DriveRate? rate)
    {
        _options = options;
        _rate = rate;
    }

    /// <summary>Bytes that the work of this thread has read.</summary>
    internal long ReadBytes => Volatile.Read(ref _readBytes);

    /// <summary>Files and directories that the walk has behind it here.</summary>
    internal long Files => Volatile.Read(ref _files);

    internal DriveQueue.Job? Current => Volatile.Read(ref _current);

    internal long LastProgress => Volatile.Read(ref _lastProgress);

    /// <summary>Says that the drive has answered, before it is asked again.</summary>
    public void Progress() => Volatile.Write(ref _lastProgress, _options.Time.GetTimestamp());

    /// <summary>Says what was read, and waits as long as the limits of the drive ask for.</summary>
    /// <param name="calls">Files and directories that were opened or looked at, and reads.</param>
    /// <param name="bytes">What was read.</param>
    public void Charge(int calls, long bytes)
    {
        Volatile.Write(ref _readBytes, _readBytes + bytes);
        Progress();
        if (_rate is null) return;
        TimeSpan wait = _rate.Reserve(calls, bytes), most = _options.Timeout / 4;
        // In pieces, so that waiting is not taken for a drive that hangs.
        for (; wait > TimeSpan.FromMilliseconds(1); wait -= most)
        {
            Task.Delay(wait < most ? wait : most, _options.Time).Wait();
            Progress();
        }
    }

    /// <summary>Says that the walk has files and directories behind it.</summary>
    internal void Pass(int files) => Volatile.Write(ref _files, _files + files);

    internal void Begin(DriveQueue.Job job)
    {
        Progress();
        Volatile.Write(ref _current, job);
    }

    internal void End() => Volatile.Write(ref _current, null);
}
