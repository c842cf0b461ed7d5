using Weir.Hsm.Live;

namespace Weir.Hsm.Top;

/// <summary>How many events the feed brought, over time.</summary>
internal sealed class FeedActivity
{
    private readonly BucketRing _rate = new(ActivityWindow.RateBuckets);
    private readonly BucketRing _trend = new(ActivityWindow.TrendBuckets);

    /// <summary>Events taken in, repeats not counted.</summary>
    public long Events { get; private set; }

    public void Count(LiveChange change, TallyClock clock)
    {
        if (change == LiveChange.Repeated) return;
        Events++;
        _rate.Add(clock.RateBucket, 1);
        _trend.Add(clock.TrendBucket, 1);
    }

    public double PerSecond(long now) => ActivityWindow.Rate(_rate, now);

    /// <summary>Events of each of the last minutes, the running one last.</summary>
    public long[] Trend(long now)
    {
        var trend = new long[ActivityWindow.TrendBuckets];
        long minute = (now / ActivityWindow.TrendSeconds) - trend.Length + 1;
        for (int i = 0; i < trend.Length; i++) trend[i] = _trend[minute + i];
        return trend;
    }
}
