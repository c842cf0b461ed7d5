namespace Weir.Feed.Redis.Servers;

/// <summary>
/// How long to wait after failures in a row: doubled each time up to a limit, and by chance up to a half less, so that many
/// clients of one server do not come back at once.
/// </summary>
internal sealed class BackOff(Random random)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(3);

    public TimeSpan After(int failures)
    {
        if (failures <= 0) return TimeSpan.Zero;
        TimeSpan full = First * Math.Pow(2, Math.Min(failures - 1, 20));
        double share;
        lock (random) share = 0.5 + random.NextDouble() / 2;
        return (full < Longest ? full : Longest) * share;
    }
}
