namespace Weir.Erasure.Drives.Walking;

/// <summary>Keeps the work on one drive below a number of bytes and of calls a second.</summary>
internal sealed class DriveRate(double bytesPerSecond, double callsPerSecond, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly long _start = time.GetTimestamp();
    private double _freeAtSeconds;

    /// <summary>How long to wait before work of this size.</summary>
    public TimeSpan Reserve(int calls, long bytes)
    {
        double cost = Math.Max(bytesPerSecond > 0 ? bytes / bytesPerSecond : 0, callsPerSecond > 0 ? calls / callsPerSecond : 0);
        if (cost <= 0) return TimeSpan.Zero;
        lock (_gate)
        {
            double now = time.GetElapsedTime(_start).TotalSeconds, begin = Math.Max(now, _freeAtSeconds);
            _freeAtSeconds = begin + cost;
            return TimeSpan.FromSeconds(begin - now);
        }
    }
}
