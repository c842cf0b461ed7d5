using System.Globalization;
using System.Text;
using Weir.Health.Metrics;

namespace Weir.Server.Health.Web;

/// <summary>Metrics as CSV (RFC 4180). What is not known is an empty field.</summary>
internal static class MetricsCsv
{
    private const string LineEnd = "\r\n";

    public static string Values(IEnumerable<(HealthMetric Metric, double? Value)> values)
    {
        var text = new StringBuilder("name,value,unit,labels" + LineEnd);
        foreach ((HealthMetric metric, double? value) in values)
            text.Append(metric.Name).Append(',').Append(Field(value)).Append(',').Append(metric.Unit).Append(',').Append(metric.Label is { } label ? $"{label.Name}={label.Value}" : "").Append(LineEnd);
        return text.ToString();
    }

    public static string Series(IReadOnlyList<MetricSeries> series)
    {
        var text = new StringBuilder("time");
        foreach (MetricSeries one in series) text.Append(',').Append(one.Metric.Name);
        text.Append(LineEnd);
        for (int i = 0; i < (series.Count == 0 ? 0 : series[0].Points.Count); i++)
        {
            text.Append(series[0].Points[i].At.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFZ", CultureInfo.InvariantCulture));
            foreach (MetricSeries one in series) text.Append(',').Append(Field(one.Points[i].Value));
            text.Append(LineEnd);
        }

        return text.ToString();
    }

    private static string Field(double? value) => value is { } known && double.IsFinite(known) ? known.ToString("R", CultureInfo.InvariantCulture) : "";
}
