namespace Weir.Hsm.Top;

/// <summary>The stretches of time that rates and trends are kept in.</summary>
internal static class ActivityWindow
{
    /// <summary>Rates are kept in stretches of so many seconds.</summary>
    public const int RateSeconds = 10;

    /// <summary>A rate is that of the last minute, of which the last stretch is not over: the shipper tells in bursts, every poll.</summary>
    public const int RateBuckets = 7;

    public const int TrendSeconds = 60;

    /// <summary>A trend is that of the last half hour.</summary>
    public const int TrendBuckets = 30;

    /// <summary>Events a second.</summary>
    /// <param name="ring">Sums over <see cref="RateSeconds"/>.</param>
    /// <param name="now">Unix seconds.</param>
    public static double Rate(BucketRing ring, long now)
    {
        long last = now / RateSeconds;
        long first = last - RateBuckets + 1;
        return ring.Sum(first, last) / (double)Math.Max(now - (first * RateSeconds), 1);
    }
}
