namespace Weir.Coordinator.Movers;

/// <summary>
/// Bytes per second that all actions of one kind share. A second's worth may be spent at once; whoever spends more than is there waits until
/// the debt is paid, so that pieces of any size pass.
/// </summary>
/// <param name="bytesPerSecond">0: no limit.</param>
/// <param name="time">The clock.</param>
public sealed class Bandwidth(long bytesPerSecond, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly long _start = time.GetTimestamp();
    private double _credit = bytesPerSecond;
    private TimeSpan _filledAt;

    /// <exception cref="OperationCanceledException">The wait was cancelled; the bytes count as spent.</exception>
    public void Spend(int bytes, CancellationToken cancellationToken)
    {
        if (bytesPerSecond == 0) return;
        TimeSpan wait = Take(bytes);
        if (wait > TimeSpan.Zero) TimedWait.For(wait, time, cancellationToken);
    }

    private TimeSpan Take(int bytes)
    {
        lock (_gate)
        {
            TimeSpan now = time.GetElapsedTime(_start);
            _credit = Math.Min(bytesPerSecond, _credit + ((now - _filledAt).TotalSeconds * bytesPerSecond)) - bytes;
            _filledAt = now;
            return _credit >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-_credit / bytesPerSecond);
        }
    }
}
