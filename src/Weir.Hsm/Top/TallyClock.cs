namespace Weir.Hsm.Top;

/// <summary>
/// Where in time the event that is being taken in stands: when its record was appended, so that a replay gives the same rates as
/// having watched; never in the future, whatever another machine's clock said.
/// </summary>
internal sealed class TallyClock
{
    private long _now;

    /// <summary>This machine's time: unix seconds.</summary>
    public long Now
    {
        get => _now;
        set
        {
            _now = value;
            NowMinute = (uint)(value / 60);
        }
    }

    public uint NowMinute { get; private set; }

    public long RateBucket { get; private set; }

    public long TrendBucket { get; private set; }

    public void MoveTo(ulong milliseconds)
    {
        long seconds = (long)Math.Min(milliseconds / 1000, (ulong)_now);
        RateBucket = seconds / ActivityWindow.RateSeconds;
        TrendBucket = seconds / ActivityWindow.TrendSeconds;
    }
}
