using System.Globalization;
using System.Text;

namespace Weir.Health;

/// <summary>Durations as the health API and its policies write them: <c>24h</c>, <c>2h30m</c>, <c>45s</c>, <c>250ms</c>, <c>90d</c>.</summary>
public static class HealthDuration
{
    /// <summary>What a message says is expected.</summary>
    public const string Expected = "a duration such as 45s, 5m, 2h30m, 24h or 90d";

    /// <summary>From this on whole days are written as days.</summary>
    private static readonly TimeSpan Days = TimeSpan.FromDays(3);

    private static readonly TimeSpan Longest = TimeSpan.FromDays(36_500);

    // From the largest to the smallest: each may stand once, in this order.
    private static readonly (string Unit, long Ticks)[] Units =
    [
        ("d", TimeSpan.TicksPerDay), ("h", TimeSpan.TicksPerHour), ("m", TimeSpan.TicksPerMinute), ("s", TimeSpan.TicksPerSecond), ("ms", TimeSpan.TicksPerMillisecond),
    ];

    /// <summary>False when it is none, is negative, finer than a millisecond or longer than a century. A plain number is none: its unit is not known.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan duration)
    {
        duration = default;
        if (text.IsEmpty || text.Length > 64) return false;
        decimal ticks = 0;
        int next = 0;
        while (!text.IsEmpty)
        {
            int digits = text.IndexOfAnyExcept("0123456789.");
            if (digits <= 0 || !decimal.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal count)) return false;
            text = text[digits..];
            int letters = text.IndexOfAny("0123456789.");
            ReadOnlySpan<char> unit = letters < 0 ? text : text[..letters];
            while (next < Units.Length && !unit.SequenceEqual(Units[next].Unit)) next++;
            if (next == Units.Length || count > Longest.Ticks / (decimal)Units[next].Ticks) return false;
            ticks += count * Units[next++].Ticks;
            text = text[unit.Length..];
        }

        if (ticks > Longest.Ticks || ticks % TimeSpan.TicksPerMillisecond != 0) return false;
        duration = TimeSpan.FromTicks((long)ticks);
        return true;
    }

    /// <summary>The exact text, to the millisecond: <c>24h</c>, <c>1h15m</c>, <c>90d</c>, <c>0s</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration.Ticks < TimeSpan.TicksPerMillisecond) return "0s";
        var text = new StringBuilder();
        long left = duration.Ticks;
        bool hasDays = duration >= Days && duration.Ticks % TimeSpan.TicksPerDay == 0;
        foreach ((string unit, long ticks) in hasDays ? Units : Units.AsSpan(1))
        {
            if (left < ticks) continue;
            text.Append(CultureInfo.InvariantCulture, $"{left / ticks}{unit}");
            left %= ticks;
        }

        return text.ToString();
    }

    /// <summary>A text for people of what was measured: whole seconds, and milliseconds below one second.</summary>
    public static string FormatMeasured(TimeSpan duration) =>
        Format(duration.Ticks < TimeSpan.TicksPerSecond ? duration : TimeSpan.FromSeconds(Math.Round(duration.TotalSeconds)));
}
