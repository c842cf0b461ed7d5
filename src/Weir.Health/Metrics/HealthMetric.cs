namespace Weir.Health.Metrics;

/// <summary>What a value of the history is.</summary>
public enum HealthMetricKind
{
    /// <summary>How it is now; over a period its newest value counts.</summary>
    Gauge,

    /// <summary>It only grows; over a period its growth counts.</summary>
    Counter,

    /// <summary>A rate that is measured now; over a period its mean counts, of the moments at which there was work.</summary>
    Rate,

    /// <summary>Made of two counters over a period: the first's growth in both's.</summary>
    Ratio,
}

/// <summary>One thing that is measured.</summary>
/// <param name="Name">As the API names it, as <c>objects_total</c>.</param>
/// <param name="Kind">What its values are.</param>
/// <param name="Unit">count, ops (a second), bytes, bytes_per_second or ratio.</param>
/// <param name="Help">What it says, in a sentence.</param>
public sealed record HealthMetric(string Name, HealthMetricKind Kind, string Unit, string Help)
{
    /// <summary>Other names that it is asked for by.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Of several that differ in one label only: the label and its value.</summary>
    public (string Name, string Value)? Label { get; init; }

    /// <summary>The family without the label: what Prometheus calls it, below its prefix.</summary>
    public string Family { get; init; } = Name;

    /// <summary>A ratio's two counters.</summary>
    public (string Part, string Others)? Of { get; init; }

    /// <summary>Whether the design that the API follows has this name; it is then told as <c>rustfs_</c> and the family, too.</summary>
    public bool IsOriginal { get; init; }

    /// <summary>As <c>/metrics</c> names it. Only counters end in <c>_total</c> there.</summary>
    public string PrometheusName
    {
        get
        {
            const string total = "_total", own = "health_";
            string name = Kind != HealthMetricKind.Counter && Family.EndsWith(total, StringComparison.Ordinal) ? Family[..^total.Length] : Family;
            return "weir_health_" + (name.StartsWith(own, StringComparison.Ordinal) ? name[own.Length..] : name);
        }
    }
}
