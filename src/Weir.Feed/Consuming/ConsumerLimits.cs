namespace Weir.Feed.Consuming;

/// <summary>
/// How far a consumer may stay behind before it is taken for dead: then it is aborted, and holds no record back any more. They are meant for
/// the dead, not for the slow, so the defaults are large.
/// </summary>
public sealed record ConsumerLimits
{
    public static ConsumerLimits Default { get; } = new();

    /// <summary>
    /// <c>abort_timeout</c>: has records to acknowledge and has neither read nor acknowledged for this long. Counted from when the oldest of
    /// them came, if that was later. <see cref="Timeout.InfiniteTimeSpan"/>: never.
    /// </summary>
    public TimeSpan AbortTimeout { get; init; } = TimeSpan.FromDays(30);

    /// <summary><c>abort_records</c>: more records than this are not acknowledged, in all its topics together. 0: no limit.</summary>
    public long AbortRecords { get; init; } = 1_000_000_000;

    /// <summary><c>abort_bytes</c>: the records that are not acknowledged take more bytes than this. 0: no limit.</summary>
    public long AbortBytes { get; init; } = 256L * 1024 * 1024 * 1024;

    /// <exception cref="ArgumentException">A limit is negative.</exception>
    public void ThrowIfInvalid()
    {
        if (AbortTimeout <= TimeSpan.Zero && AbortTimeout != Timeout.InfiniteTimeSpan) throw new ArgumentException("abort_timeout must be longer than nothing.");
        if (AbortRecords < 0) throw new ArgumentException("abort_records cannot be negative.");
        if (AbortBytes < 0) throw new ArgumentException("abort_bytes cannot be negative.");
    }
}
