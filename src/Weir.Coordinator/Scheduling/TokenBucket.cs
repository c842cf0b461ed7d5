namespace Weir.Coordinator.Scheduling;

/// <summary>A <see cref="RateLimit"/> in use. Times are the core's own, which never go back.</summary>
internal sealed class TokenBucket(RateLimit limit)
{
    private double _tokens = limit.Burst;
    private TimeSpan _filledAt;

    /// <summary>Whether a request may be handed out now.</summary>
    public bool HasToken(TimeSpan now)
    {
        Fill(now);
        return _tokens >= 1;
    }

    public void Take() => _tokens--;

    /// <summary>When there is a token again; now when there is one.</summary>
    public TimeSpan NextToken(TimeSpan now)
    {
        Fill(now);
        if (_tokens >= 1) return now;

        // One tick more than the sum says, so that rounding never leaves a hair missing.
        return now + TimeSpan.FromSeconds((1 - _tokens) / limit.PerSecond) + TimeSpan.FromTicks(1);
    }

    private void Fill(TimeSpan now)
    {
        if (now <= _filledAt) return;
        _tokens = Math.Min(limit.Burst, _tokens + ((now - _filledAt).TotalSeconds * limit.PerSecond));
        _filledAt = now;
    }
}
