namespace Weir.Coordinator.Movers;

/// <summary>Lets a mover's own thread wait by the injected clock.</summary>
internal static class TimedWait
{
    /// <exception cref="OperationCanceledException">Cancelled before the time was over.</exception>
    public static void For(TimeSpan delay, TimeProvider time, CancellationToken cancellationToken)
    {
        using var over = new ManualResetEventSlim();
        using ITimer timer = time.CreateTimer(static over => ((ManualResetEventSlim)over!).Set(), over, delay, Timeout.InfiniteTimeSpan);
        over.Wait(cancellationToken);
    }
}
