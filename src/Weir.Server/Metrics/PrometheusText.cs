using System.Globalization;
using System.Text;

namespace Weir.Server.Metrics;

/// <summary>
/// Writes metrics in Prometheus's text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/). Families of one name, from
/// several meters of the same kind, are written as one.
/// </summary>
public static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Write(MetricsRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        var text = new StringBuilder(16 * 1024);
        foreach (IGrouping<string, MetricFamily> named in registry.Collect().GroupBy(family => family.Name))
        {
            MetricFamily first = named.First();
            var written = new HashSet<string>(StringComparer.Ordinal);
            foreach (Series series in named.Where(family => family.Kind == first.Kind).SelectMany(family => family.Series))
            {
                if (written.Count == 0) WriteHead(text, first);
                // A meter that was made anew after a role was restarted may still have its older twin.
                if (!written.Add(series.Labels)) continue;
                if (first.Kind == MetricKind.Histogram) WriteHistogram(text, first.Name, series);
                else WriteLine(text, first.Name, series.Labels, Format(series.Value));
            }
        }

        return text.ToString();
    }

    private static void WriteHead(StringBuilder text, MetricFamily family)
    {
        string help = family.Help.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);
        text.Append("# HELP ").Append(family.Name).Append(' ').Append(help).Append('\n');
        string kind = family.Kind switch { MetricKind.Counter => "counter", MetricKind.Gauge => "gauge", _ => "histogram" };
        text.Append("# TYPE ").Append(family.Name).Append(' ').Append(kind).Append('\n');
    }

    private static void WriteHistogram(StringBuilder text, string name, Series series)
    {
        (long[] buckets, long count, double sum) = series.Histogram();
        string more = series.Labels.Length == 0 ? "" : series.Labels + ",";
        long upTo = 0;
        for (int i = 0; i < buckets.Length; i++)
        {
            upTo += buckets[i];
            string bound = i < series.Bounds!.Length ? Format(series.Bounds[i]) : "+Inf";
            WriteLine(text, name + "_bucket", $"{more}le=\"{bound}\"", upTo.ToString(CultureInfo.InvariantCulture));
        }

        WriteLine(text, name + "_sum", series.Labels, Format(sum));
        WriteLine(text, name + "_count", series.Labels, count.ToString(CultureInfo.InvariantCulture));
    }

    private static void WriteLine(StringBuilder text, string name, string labels, string value)
    {
        text.Append(name);
        if (labels.Length > 0) text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(value).Append('\n');
    }

    private static string Format(double value) => double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf"
        : double.IsNaN(value) ? "NaN" : value.ToString("R", CultureInfo.InvariantCulture);
}
