namespace Weir.Coordinator.Movers;

/// <summary>Which failures are tried again, how often and when.</summary>
public sealed record RetryRules
{
    /// <summary>The errors that may pass by themselves: a file that changed while it was archived (EBUSY) among them, a full archive (ENOSPC) not.</summary>
    public static IReadOnlyList<int> UsualErrors { get; } =
        [MoverErrno.Interrupted, MoverErrno.InputOutput, MoverErrno.TryAgain, MoverErrno.Busy, MoverErrno.NotConnected, MoverErrno.TimedOut, MoverErrno.Stale];

    /// <summary>Attempts after the first.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>Before the first retry; then twice as long each time, each with a random part.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Positive errnos.</summary>
    public IReadOnlyList<int> Errors { get; init; } = UsualErrors;

    /// <summary>Whether another attempt may do better.</summary>
    public bool IsPassing(int errno) => Errors.Contains(errno);

    /// <summary>How long to wait before the next attempt.</summary>
    /// <param name="attempts">Those so far, 1 or more.</param>
    /// <param name="random">Where the random part comes from.</param>
    public TimeSpan Delay(int attempts, Random random)
    {
        double most = Math.Min(LongestDelay.TotalSeconds, FirstDelay.TotalSeconds * Math.Pow(2, Math.Min(attempts - 1, 40)));
        return TimeSpan.FromSeconds(most * (0.5 + (random.NextDouble() / 2)));
    }
}
