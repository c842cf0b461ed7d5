using System.Globalization;
using System.Text;
using Weir.Health.Metrics;

namespace Weir.Server.Health.Web;

/// <summary>Metrics of the health system in Prometheus's text format, in Weir's names or in those of the design that the API follows.</summary>
internal static class OriginalMetrics
{
    private const string OriginalPrefix = "rustfs_";

    /// <summary>The metrics as they are at the end of the moments; ratios over all of them. What is not known is left out.</summary>
    public static string Write(IEnumerable<HealthMetric> metrics, IReadOnlyList<HealthSample> samples, bool isOriginal)
    {
        var text = new StringBuilder();
        foreach (IGrouping<string, HealthMetric> family in metrics.GroupBy(metric => metric.Family))
        {
            HealthMetric first = family.First();
            string name = isOriginal ? OriginalPrefix + first.Family : first.PrometheusName;
            (HealthMetric Metric, double Value)[] known = [.. family.Select(metric => (metric, Now(metric, samples))).Where(pair => pair.Item2 is not null).Select(pair => (pair.metric, pair.Item2!.Value))];
            if (known.Length == 0) continue;
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {first.Help}\n# TYPE {name} {(first.Kind == HealthMetricKind.Counter ? "counter" : "gauge")}\n");
            foreach ((HealthMetric metric, double value) in known)
                text.Append(name).Append(metric.Label is { } label ? $"{{{label.Name}=\"{label.Value}\"}}" : "").Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
        }

        return text.ToString();
    }

    private static double? Now(HealthMetric metric, IReadOnlyList<HealthSample> samples) =>
        metric.Kind == HealthMetricKind.Ratio ? PeriodValues.Of(metric, samples) : samples.Count == 0 ? null : samples[^1][metric.Name];
}
