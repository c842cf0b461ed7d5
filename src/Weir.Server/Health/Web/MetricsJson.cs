using System.Text.Json;
using Weir.Health;
using Weir.Health.Metrics;

namespace Weir.Server.Health.Web;

/// <summary>Metrics in the API's JSON.</summary>
internal static class MetricsJson
{
    public static void WriteValues(Utf8JsonWriter json, TimeSpan period, DateTimeOffset end, IReadOnlyList<(HealthMetric Metric, double? Value)> values)
    {
        json.WriteStartObject();
        json.WriteString("period"u8, DurationText.Format(period));
        WriteRange(json, period, end);
        json.WriteStartObject("metrics"u8);
        foreach ((HealthMetric metric, double? value) in values)
        {
            json.WriteStartObject(metric.Name);
            json.WritePropertyName("value"u8);
            WriteValue(json, value);
            WriteUnit(json, metric);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static void WriteSeries(Utf8JsonWriter json, TimeSpan period, TimeSpan step, DateTimeOffset end, IReadOnlyList<MetricSeries> series)
    {
        json.WriteStartObject();
        json.WriteString("period"u8, DurationText.Format(period));
        json.WriteString("step"u8, DurationText.Format(step));
        WriteRange(json, period, end);
        json.WriteStartObject("metrics"u8);
        foreach (MetricSeries one in series)
        {
            json.WriteStartObject(one.Metric.Name);
            WriteUnit(json, one.Metric);
            json.WriteStartArray("points"u8);
            foreach ((DateTimeOffset at, double? value) in one.Points)
            {
                json.WriteStartArray();
                json.WriteStringValue(at.UtcDateTime);
                WriteValue(json, value);
                json.WriteEndArray();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteRange(Utf8JsonWriter json, TimeSpan period, DateTimeOffset end)
    {
        json.WriteStartObject("timestamp_range"u8);
        json.WriteString("start"u8, (end - period).UtcDateTime);
        json.WriteString("end"u8, end.UtcDateTime);
        json.WriteEndObject();
    }

    private static void WriteUnit(Utf8JsonWriter json, HealthMetric metric)
    {
        json.WriteString("unit"u8, metric.Unit);
        json.WriteStartObject("labels"u8);
        if (metric.Label is { } label) json.WriteString(label.Name, label.Value);
        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, double? value)
    {
        if (value is { } known && double.IsFinite(known)) json.WriteNumberValue(Math.Round(known, 6));
        else json.WriteNullValue();
    }
}
