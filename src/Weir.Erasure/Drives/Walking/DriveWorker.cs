namespace Weir.Erasure.Drives.Walking;

/// <summary>A thread of a drive's queue, as the work that it does sees it.</summary>
public sealed class DriveWorker
{
    /// <summary>Less is not waited for: it is owed, and waited for when it has become more.</summary>
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1), LongestRest = TimeSpan.FromSeconds(1);

    private readonly DriveQueueOptions _options;
    private readonly DrivePace? _pace;
    private DriveQueue.Job? _current;
    private long _lastProgress;
    private long _readBytes;
    private long _files;
    private long _workedFrom;
    private volatile bool _waitsNoMore;

    internal DriveWorker(DriveQueueOptions options, DrivePace? pace)
    {
        _options = options;
        _pace = pace;
    }

    /// <summary>Bytes that the work of this thread has read.</summary>
    internal long ReadBytes => Volatile.Read(ref _readBytes);

    /// <summary>Files and directories that the walk has behind it here.</summary>
    internal long Files => Volatile.Read(ref _files);

    internal DriveQueue.Job? Current => Volatile.Read(ref _current);

    internal long LastProgress => Volatile.Read(ref _lastProgress);

    /// <summary>Says that the drive has answered, before it is asked again.</summary>
    public void Progress() => Volatile.Write(ref _lastProgress, _options.Time.GetTimestamp());

    /// <summary>The most bytes that one call should ask for.</summary>
    public int MostAtOnce => _pace?.MostAtOnce ?? int.MaxValue;

    /// <summary>Waits until the limits of the drive allow what is about to be read or written, and counts it.</summary>
    /// <param name="calls">Calls that it takes.</param>
    /// <param name="bytes">At most <see cref="MostAtOnce"/>.</param>
    public void Admit(int calls, long bytes) => Charge(calls, bytes);

    /// <summary>Waits until the limits of the drive allow calls whose bytes are not known yet and are charged afterwards; free where nothing is limited.</summary>
    /// <param name="calls">Calls that it takes.</param>
    public void AdmitCalls(int calls)
    {
        if (_pace is { IsLimited: true }) Charge(calls, 0);
    }

    /// <summary>Says what was read where that could not be known before, and waits as long as the limits of the drive ask for.</summary>
    /// <param name="calls">Files and directories that were opened or looked at, and reads.</param>
    /// <param name="bytes">What was read.</param>
    public void Charge(int calls, long bytes)
    {
        Volatile.Write(ref _readBytes, _readBytes + bytes);
        Progress();
        if (_pace is null) return;
        _pace.Count(bytes);
        if (!_pace.IsLimited) return;
        PaceTicket ticket = _pace.Take(calls, bytes);
        Rest();
        while (_pace.Left(ticket) is var left && left > ShortestWait && !_waitsNoMore) Wait(left);
        Volatile.Write(ref _workedFrom, _options.Time.GetTimestamp());
    }

    /// <summary>Ends a wait that is under way, and all later ones.</summary>
    internal void StopWaiting() => _waitsNoMore = true;

    /// <summary>Says that the walk has files and directories behind it.</summary>
    internal void Pass(int files) => Volatile.Write(ref _files, _files + files);

    internal void Begin(DriveQueue.Job job)
    {
        Progress();
        Volatile.Write(ref _workedFrom, LastProgress);
        Volatile.Write(ref _current, job);
    }

    internal void End() => Volatile.Write(ref _current, null);

    /// <summary>Pauses after work, in proportion to it.</summary>
    private void Rest()
    {
        if (_pace!.Duty is not (< 1 and var duty)) return;
        TimeSpan rest = _options.Time.GetElapsedTime(_workedFrom) * ((1 / duty) - 1);
        if (rest > LongestRest) rest = LongestRest;
        if (rest > ShortestWait && !_waitsNoMore) Wait(rest);
    }

    /// <summary>Waits for a while, though not so long that it is taken for a drive that hangs, or that a changed limit is noticed late.</summary>
    private void Wait(TimeSpan wait)
    {
        TimeSpan most = _options.Timeout / 4 < LongestWait ? _options.Timeout / 4 : LongestWait;
        Task.Delay(wait < most ? wait : most, _options.Time).Wait();
        Progress();
    }
}
