using System.Buffers;
using System.Globalization;
using System.Text;

namespace Weir.Health;

/// <summary>
/// Durations as the health API and its policies write them: <c>24h</c>, <c>2h30m</c>, <c>45s</c>, <c>1s500ms</c>; units d, h, m, s and ms, each at most
/// once, from the largest to the smallest. On the way in a plain number is seconds, and a number may have a fraction (<c>1.5h</c>).
/// </summary>
public static class DurationText
{
    /// <summary>What a message says is expected.</summary>
    public const string Expected = "a duration such as 45s, 5m, 2h30m, 24h or 7d";

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    private static readonly TimeSpan Longest = TimeSpan.FromDays(36500);

    // From the largest to the smallest.
    private static readonly (string Unit, long Ticks)[] Units =
    [
        ("d", TimeSpan.TicksPerDay), ("h", TimeSpan.TicksPerHour), ("m", TimeSpan.TicksPerMinute), ("s", TimeSpan.TicksPerSecond), ("ms", TimeSpan.TicksPerMillisecond),
    ];

    /// <summary>False when it is no duration, is negative, or longer than a hundred years. What is finer than a tenth of a microsecond is cut away.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan duration)
    {
        duration = default;
        text = text.Trim();
        if (text.Length is 0 or > 64) return false;
        decimal ticks = 0;
        int lastUnit = -1;
        while (text.Length > 0)
        {
            int end = text.IndexOfAnyExcept(NumberCharacters);
            ReadOnlySpan<char> number = end < 0 ? text : text[..end];
            text = end < 0 ? [] : text[end..];
            int unitEnd = text.IndexOfAny(NumberCharacters);
            ReadOnlySpan<char> unit = unitEnd < 0 ? text : text[..unitEnd];
            text = unitEnd < 0 ? [] : text[unitEnd..];
            int index = unit.Length == 0 && lastUnit < 0 ? 3 : IndexOf(unit);
            if (index <= lastUnit) return false;
            lastUnit = index;
            if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal count)) return false;
            if (count > Longest.Ticks / (decimal)Units[index].Ticks) return false;
            ticks += count * Units[index].Ticks;
        }

        if (ticks > Longest.Ticks) return false;
        duration = TimeSpan.FromTicks((long)ticks);
        return true;
    }

    /// <summary>Its text, exact to the millisecond: hours up to two days (<c>24h</c>, <c>36h</c>), whole days beyond (<c>90d</c>).</summary>
    public static string Format(TimeSpan duration)
    {
        long left = Math.Max(0, duration.Ticks) / TimeSpan.TicksPerMillisecond * TimeSpan.TicksPerMillisecond;
        if (left == 0) return "0s";
        if (left % TimeSpan.TicksPerDay == 0 && left >= 2 * TimeSpan.TicksPerDay) return string.Create(CultureInfo.InvariantCulture, $"{left / TimeSpan.TicksPerDay}d");
        var text = new StringBuilder(16);
        foreach ((string unit, long ticks) in Units.AsSpan(1))
        {
            long count = left / ticks;
            left -= count * ticks;
            if (count > 0) text.Append(CultureInfo.InvariantCulture, $"{count}{unit}");
        }

        return text.ToString();
    }

    private static int IndexOf(ReadOnlySpan<char> unit)
    {
        unit = unit.Trim();
        for (int i = 0; i < Units.Length; i++)
        {
            if (unit.SequenceEqual(Units[i].Unit)) return i;
        }

        return -1;
    }
}
