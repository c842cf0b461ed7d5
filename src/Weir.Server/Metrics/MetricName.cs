namespace Weir.Server.Metrics;

/// <summary>Names of instruments as Prometheus writes them: <c>dotnet.gc.pause.time</c> in seconds becomes <c>dotnet_gc_pause_time_seconds_total</c>.</summary>
internal static class MetricName
{
    private static readonly Dictionary<string, string> Units = new(StringComparer.Ordinal)
    {
        ["s"] = "seconds",
        ["By"] = "bytes",
        ["%"] = "ratio",
    };

    public static string Of(string name, string? unit, bool isCounter)
    {
        string full = Sanitize(name);
        if (unit is not null && Units.TryGetValue(unit, out string? word) && !$"{full}_".Contains($"_{word}_", StringComparison.Ordinal)) full += $"_{word}";
        const string count = "_count";
        // In the text format that ending belongs to histograms.
        if (full.EndsWith(count, StringComparison.Ordinal)) full = full[..^count.Length] + "_current";
        const string total = "_total";
        return isCounter && !full.EndsWith(total, StringComparison.Ordinal) ? full + total : full;
    }

    /// <summary>Everything that a name may not have becomes an underscore.</summary>
    public static string Sanitize(string name)
    {
        string safe = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
        return safe.Length == 0 || char.IsAsciiDigit(safe[0]) ? "_" + safe : safe;
    }
}
