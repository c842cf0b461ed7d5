namespace Weir.Erasure.Drives.Walking;

/// <summary>
/// A number of units a second that many workers share. It can be changed at any time, and what waits then waits by the new one. Work is
/// served in the order in which it was taken in. Thread-safe.
/// </summary>
public sealed class RateLimit(TimeProvider time)
{
    /// <summary>
    /// Time in which nothing was taken counts for so much afterwards: what a worker loses while it does its work it may make up for, and yet
    /// any ten seconds see at most 2 % more than the limit by this.
    /// </summary>
    public const double BurstSeconds = 0.2;

    private readonly Lock _gate = new();
    private long _last = time.GetTimestamp();
    private double _perSecond;
    private double _taken;
    private double _served;

    /// <summary>The limit; 0 for none.</summary>
    public double PerSecond
    {
        get => Volatile.Read(ref _perSecond);

        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            lock (_gate)
            {
                Settle();
                Volatile.Write(ref _perSecond, value);
                Settle();
            }
        }
    }

    /// <summary>Takes work in; the ticket says when its turn comes.</summary>
    public double Take(double units)
    {
        if (PerSecond <= 0) return double.NegativeInfinity;
        lock (_gate)
        {
            Settle();
            return _taken += units;
        }
    }

    /// <summary>How long the work of a ticket has to wait yet, if the limit stays as it is.</summary>
    public TimeSpan Left(double ticket)
    {
        lock (_gate)
        {
            Settle();
            return ticket <= _served ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min((ticket - _served) / _perSecond, TimeSpan.MaxValue.TotalSeconds / 2));
        }
    }

    private void Settle()
    {
        long now = time.GetTimestamp();
        double seconds = time.GetElapsedTime(_last, now).TotalSeconds;
        _last = now;
        _served = _perSecond <= 0 ? _taken : Math.Min(_served + (_perSecond * seconds), _taken + (_perSecond * BurstSeconds));
    }
}
