using System.Globalization;

namespace Weir.Cli.Top;

/// <summary>How top writes numbers, in as few characters as say enough.</summary>
internal static class Figures
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    /// <summary>With thousands separators: <c>13,365</c>.</summary>
    public static string Count(long count) => count.ToString("N0", Invariant);

    /// <summary>With its sign, in parentheses: <c>(+3,033)</c>; nothing for 0.</summary>
    public static string Difference(long difference) =>
        difference == 0 ? "" : string.Create(Invariant, $"({(difference > 0 ? "+" : "-")}{Math.Abs(difference):N0})");

    /// <summary>Per second: <c>0</c>, <c>&lt;0.1</c>, <c>0.3</c>, <c>12</c>, <c>1,234</c>.</summary>
    public static string Rate(double rate) => rate switch
    {
        <= 0 => "0",
        < 0.05 => "<0.1",
        < 9.95 => rate.ToString("0.0", Invariant),
        _ => rate.ToString("N0", Invariant),
    };

    /// <summary>How long, in its two largest units: <c>41s</c>, <c>5m</c>, <c>3h12m</c>, <c>2d4h</c>. What lies in the future is 0.</summary>
    public static string Age(TimeSpan age)
    {
        long seconds = Math.Max(0, (long)age.TotalSeconds);
        if (seconds < 60) return string.Create(Invariant, $"{seconds}s");
        long minutes = seconds / 60;
        if (minutes < 60) return string.Create(Invariant, $"{minutes}m");
        long hours = minutes / 60;
        if (hours < 24) return minutes % 60 == 0 ? string.Create(Invariant, $"{hours}h") : string.Create(Invariant, $"{hours}h{minutes % 60}m");
        return hours % 24 == 0 ? string.Create(Invariant, $"{hours / 24}d") : string.Create(Invariant, $"{hours / 24}d{hours % 24}h");
    }

    /// <summary>When the last event was: <c>1s ago</c>, <c>none yet</c>.</summary>
    public static string Ago(TimeSpan? lag) => lag is { } age ? $"{Age(age)} ago" : "none yet";
}
