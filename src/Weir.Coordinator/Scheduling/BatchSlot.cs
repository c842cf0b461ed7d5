namespace Weir.Coordinator.Scheduling;

/// <summary>One slot of an agent: free, or kept for archives with one hint (their whole data).</summary>
internal sealed class BatchSlot
{
    /// <summary>The hint; null when the slot is free.</summary>
    public byte[]? Hint { get; set; }

    /// <summary>What waits in it.</summary>
    public WaitingQueue? Queue { get; set; }

    /// <summary>How many of its archives run.</summary>
    public int Running { get; set; }

    /// <summary>By the core's own time.</summary>
    public TimeSpan TakenAt { get; set; }

    /// <summary>By the core's own time: when something was put in, handed out or done.</summary>
    public TimeSpan LastUse { get; set; }

    public bool IsFree => Hint is null;

    public int Waiting => Queue?.Count ?? 0;

    /// <summary>Whether it is given up: its time is over, or it has been without work for too long.</summary>
    public bool IsExpired(BatchOptions options, TimeSpan now)
    {
        if (IsFree) return false;
        if (options.Max > TimeSpan.Zero && now - TakenAt >= options.Max) return true;
        return Waiting == 0 && now - LastUse >= options.Idle;
    }

    /// <summary>When <see cref="IsExpired"/> becomes true if nothing happens; null when never.</summary>
    public TimeSpan? Expiry(BatchOptions options)
    {
        if (IsFree) return null;
        TimeSpan? max = options.Max > TimeSpan.Zero ? TakenAt + options.Max : null;
        TimeSpan? idle = Waiting == 0 ? LastUse + options.Idle : null;
        return max is null ? idle : idle is null || max < idle ? max : idle;
    }
}
