namespace Weir.Erasure.Drives.Walking;

/// <summary>
/// How fast one drive may be worked on: by bytes and calls a second of its own, by what all drives together may do, and by the part of its
/// time that it may be kept busy. All of it can be changed while work goes on. Thread-safe.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="total">Bytes a second of all drives together; null where nothing limits them.</param>
public sealed class DrivePace(TimeProvider time, RateLimit? total = null)
{
    /// <summary>A call for less than this is not worth making.</summary>
    private const int LeastAtOnce = 4096;

    private double _duty = 1;
    private long _takenBytes;

    /// <summary>Bytes of all work that was taken in so far.</summary>
    public long TakenBytes => Volatile.Read(ref _takenBytes);

    /// <summary>Bytes a second that are read from the drive and written to it.</summary>
    public RateLimit Bytes { get; } = new(time);

    /// <summary>Calls a second: files and directories opened or looked at, and reads.</summary>
    public RateLimit Calls { get; } = new(time);

    /// <summary>The part of the time in which the drive is worked on, above 0 and at most 1. 1 leaves no pauses.</summary>
    public double Duty
    {
        get => Volatile.Read(ref _duty);
        set
        {
            if (value is not (> 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(value), value, "A part of the time is above 0 and at most 1.");
            Volatile.Write(ref _duty, value);
        }
    }

    /// <summary>The most bytes of one call, so that no call by itself goes far beyond a limit.</summary>
    internal int MostAtOnce
    {
        get
        {
            double slowest = Math.Min(Slowness(Bytes), Slowness(total));
            return slowest >= int.MaxValue ? int.MaxValue : Math.Max(LeastAtOnce, (int)slowest);
        }
    }

    /// <summary>Whether there is anything to wait for.</summary>
    internal bool IsLimited => Bytes.PerSecond > 0 || Calls.PerSecond > 0 || total is { PerSecond: > 0 } || Duty < 1;

    internal PaceTicket Take(int calls, long bytes) => new(Bytes.Take(bytes), Calls.Take(calls), total?.Take(bytes) ?? double.NegativeInfinity);

    /// <summary>Counts work, whether or not it is to wait.</summary>
    internal void Count(long bytes) => Interlocked.Add(ref _takenBytes, bytes);

    internal TimeSpan Left(in PaceTicket ticket)
    {
        TimeSpan bytes = Bytes.Left(ticket.Bytes), calls = Calls.Left(ticket.Calls), all = total?.Left(ticket.Total) ?? TimeSpan.Zero;
        TimeSpan left = bytes > calls ? bytes : calls;
        return all > left ? all : left;
    }

    private static double Slowness(RateLimit? limit) => limit is { PerSecond: > 0 and var rate } ? rate * RateLimit.BurstSeconds : double.PositiveInfinity;
}

/// <summary>A place in the queues of a <see cref="DrivePace"/>.</summary>
internal readonly record struct PaceTicket(double Bytes, double Calls, double Total);
