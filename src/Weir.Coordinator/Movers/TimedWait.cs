namespace Weir.Coordinator.Movers;

/// <summary>Lets a mover's own thread wait by the injected clock.</summary>
internal static class TimedWait
{
    /// <summary>Timers take no more than seven weeks.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <exception cref="OperationCanceledException">Cancelled before the time was over.</exception>
    public static void For(TimeSpan delay, TimeProvider time, CancellationToken cancellationToken)
    {
        for (; delay > Longest; delay -= Longest) ForOne(Longest, time, cancellationToken);
        ForOne(delay, time, cancellationToken);
    }

    private static void ForOne(TimeSpan delay, TimeProvider time, CancellationToken cancellationToken)
    {
        using var over = new ManualResetEventSlim();
        using ITimer timer = time.CreateTimer(static over => ((ManualResetEventSlim)over!).Set(), over, delay, Timeout.InfiniteTimeSpan);
        over.Wait(cancellationToken);
    }
}
