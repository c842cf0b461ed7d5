using System.Buffers;
using System.Globalization;

namespace Weir.Server.Configuration;

/// <summary>Durations as configuration and command lines write them: <c>500ms</c>, <c>20s</c>, <c>5m</c>, <c>6h</c>, <c>7d</c>; a plain number is seconds.</summary>
public static class Duration
{
    /// <summary>What the message says is expected.</summary>
    public const string Expected = "a duration such as 500ms, 20s, 5m, 6h or 7d (a plain number is seconds)";

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    private static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    // From the largest to the smallest, for printing.
    private static readonly (string Unit, long Ticks)[] Units =
    [
        ("d", TimeSpan.TicksPerDay), ("h", TimeSpan.TicksPerHour), ("m", TimeSpan.TicksPerMinute), ("s", TimeSpan.TicksPerSecond),
        ("ms", TimeSpan.TicksPerMillisecond),
    ];

    /// <summary>False when it is not a duration, is negative, is finer than a millisecond or longer than ten years.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan duration)
    {
        duration = default;
        text = text.Trim();
        int unitAt = text.IndexOfAnyExcept(NumberCharacters);
        ReadOnlySpan<char> number = unitAt < 0 ? text : text[..unitAt];
        long unitTicks = unitAt < 0 ? TimeSpan.TicksPerSecond : TicksOf(text[unitAt..].TrimStart());
        if (unitTicks == 0 || !decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal count)) return false;
        if (count > Longest.Ticks / (decimal)unitTicks) return false;
        decimal ticks = count * unitTicks;
        if (ticks % TimeSpan.TicksPerMillisecond != 0) return false;
        duration = TimeSpan.FromTicks((long)ticks);
        return true;
    }

    /// <summary>The shortest exact text, e.g. <c>6h</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        foreach ((string unit, long ticks) in Units)
        {
            if (duration.Ticks >= ticks && duration.Ticks % ticks == 0)
                return string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / ticks}{unit}");
        }

        return string.Create(CultureInfo.InvariantCulture, $"{(decimal)duration.Ticks / TimeSpan.TicksPerSecond:0.#######}s");
    }

    private static long TicksOf(ReadOnlySpan<char> unit)
    {
        foreach ((string name, long ticks) in Units)
        {
            if (unit.SequenceEqual(name)) return ticks;
        }

        return 0;
    }
}
