using System.Globalization;

namespace Weir.Erasure.Format;

/// <summary>Times of the format: nanoseconds since 1970.</summary>
public static class XlTime
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    // The years 1 to 9999, which is what a date can be written of.
    private const long MinSeconds = -62_135_596_800;
    private const long MaxSeconds = 253_402_300_799;

    /// <summary>RFC 3339 with nine digits of a second, in UTC.</summary>
    public static string Text(long nanoseconds)
    {
        long seconds = Math.DivRem(nanoseconds, NanosecondsPerSecond, out long rest);
        if (rest < 0) (seconds, rest) = (seconds - 1, rest + NanosecondsPerSecond);
        DateTimeOffset time = DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(seconds, MinSeconds, MaxSeconds));
        return string.Create(CultureInfo.InvariantCulture, $"{time:yyyy-MM-dd'T'HH:mm:ss}.{rest:d9}Z");
    }
}
