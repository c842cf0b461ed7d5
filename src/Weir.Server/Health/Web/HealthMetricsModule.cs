using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Weir.Health.Metrics;
using Weir.Server.Configuration;
using Weir.Server.Http;
using Weir.Server.Metrics;
using Weir.Server.Security;

namespace Weir.Server.Health.Web;

/// <summary>What was measured: over a period, as a series, for Prometheus. Format: docs/health-api.md.</summary>
internal sealed class HealthMetricsModule : IApiModule
{
    private const int MostPoints = 360;

    private const string ValuesSchema =
        """{"type":"object","required":["period","timestamp_range","metrics"],"properties":{"period":{"type":"string"},"timestamp_range":{"type":"object","required":["start","end"],"properties":{"start":{"type":"string","format":"date-time"},"end":{"type":"string","format":"date-time"}}},"metrics":{"type":"object","additionalProperties":{"type":"object","required":["value","unit","labels"],"properties":{"value":{"type":["number","null"]},"unit":{"type":"string"},"labels":{"type":"object"}}}}}}""";

    private const string SeriesSchema =
        """{"type":"object","required":["period","step","timestamp_range","metrics"],"properties":{"period":{"type":"string"},"step":{"type":"string"},"timestamp_range":{"type":"object"},"metrics":{"type":"object","additionalProperties":{"type":"object","required":["unit","labels","points"],"properties":{"unit":{"type":"string"},"labels":{"type":"object"},"points":{"type":"array","items":{"type":"array"}}}}}}}""";

    private static readonly TimeSpan DefaultPeriod = TimeSpan.FromHours(1);

    private readonly HealthCalls _calls;
    private readonly Func<CancellationToken, Task<string>> _collect;

    /// <param name="calls">What the calls share.</param>
    /// <param name="collect">Gives everything that <c>/metrics</c> tells.</param>
    public HealthMetricsModule(HealthCalls calls, Func<CancellationToken, Task<string>> collect)
    {
        _calls = calls;
        _collect = collect;
        ApiParameter period = new("period", "query", ApiParameter.Text, "How far back: 1h (otherwise), 24h at most.");
        ApiParameter metrics = new("metrics", "query", ApiParameter.Text, "Which, by names or short names with commas between them; otherwise all.");
        ApiParameter format = new("format", "query", """{"enum":["json","csv","prometheus"]}""", "How it is written; otherwise as the header Accept says.");
        Routes =
        [
            new("GET", "/metrics/system", AccessRole.Viewer, "Metrics of the health system over a period.", HealthCalls.Look(ValuesAsync))
            {
                Tag = HealthSchemas.Tag, OperationId = "getHealthMetrics", Parameters = [period, metrics, format],
                Responses = [HealthSchemas.Ok("Gauges as they are, counters by what they grew, rates by their mean.", ValuesSchema), HealthSchemas.Malformed, HealthSchemas.Stopped],
            },
            new("GET", "/metrics/history", AccessRole.Viewer, "Metrics of the health system as they were at each step of a period.", HealthCalls.Look(SeriesAsync))
            {
                Tag = HealthSchemas.Tag, OperationId = "getHealthHistory",
                Parameters = [period, new("step", "query", ApiParameter.Text, $"From one point to the next, 10s at least; otherwise so that there are at most {MostPoints}."), metrics, new("format", "query", """{"enum":["json","csv"]}""", "How it is written; otherwise as the header Accept says.")],
                Responses = [HealthSchemas.Ok("The points.", SeriesSchema), HealthSchemas.Malformed, HealthSchemas.Stopped],
            },
            new("GET", "/metrics/prometheus", AccessRole.Viewer, "Everything that /metrics tells, and the names of the design that this API follows.", HealthCalls.Look(PrometheusAsync))
            {
                Tag = HealthSchemas.Tag, OperationId = "getOriginalMetrics", Responses = [new(200, "The metrics.", "text/plain")],
            },
        ];
    }

    public IReadOnlyList<ApiRoute> Routes { get; }

    private Task ValuesAsync(HttpContext context)
    {
        HealthParameters.ThrowIfUnknown(context, "period", "metrics", "format");
        TimeSpan period = Period(context);
        IReadOnlyList<HealthMetric> metrics = Metrics(context);
        ExportFormat format = ExportFormats.Of(context, hasPrometheus: true);
        IHealthHistory history = _calls.System.History;
        DateTimeOffset end = _calls.Time.GetUtcNow();
        HealthSample now = history.Measure();
        IReadOnlyList<HealthSample> samples = UpTo(now, history.Read(end - period, end));
        (HealthMetric Metric, double? Value)[] values = [.. metrics.Select(metric => (metric, PeriodValues.Of(metric, samples)))];
        return format switch
        {
            ExportFormat.Csv => TextAsync(context, ExportFormats.CsvType, MetricsCsv.Values(values)),
            ExportFormat.Prometheus => TextAsync(context, PrometheusText.ContentType, OriginalMetrics.Write(metrics, samples, isOriginal: false)),
            _ => _calls.AnswerAsync(context, json => MetricsJson.WriteValues(json, period, end, values)),
        };
    }

    private Task SeriesAsync(HttpContext context)
    {
        HealthParameters.ThrowIfUnknown(context, "period", "metrics", "format", "step");
        TimeSpan period = Period(context);
        IReadOnlyList<HealthMetric> metrics = Metrics(context);
        ExportFormat format = ExportFormats.Of(context, hasPrometheus: false);
        IHealthHistory history = _calls.System.History;
        TimeSpan fitting = TimeSpan.FromSeconds(Math.Ceiling(Math.Max(history.Step.TotalSeconds, period.TotalSeconds / MostPoints) / history.Step.TotalSeconds) * history.Step.TotalSeconds);
        TimeSpan step = HealthParameters.Duration(context, "step", fitting, history.Step, history.Reach);
        DateTimeOffset end = _calls.Time.GetUtcNow();
        IReadOnlyList<MetricSeries> series = MetricSeries.Make(metrics, history.Read(end - period, end), end - period, step);
        return format == ExportFormat.Csv ? TextAsync(context, ExportFormats.CsvType, MetricsCsv.Series(series))
            : _calls.AnswerAsync(context, json => MetricsJson.WriteSeries(json, period, step, end, series));
    }

    private async Task PrometheusAsync(HttpContext context)
    {
        string text = await _collect(context.RequestAborted).ConfigureAwait(false);
        // Without the system here there is nothing to tell in the design's names.
        if (_calls.HasSystem) text += OriginalMetrics.Write(HealthMetricTable.All.Where(metric => metric.IsOriginal), Lately(_calls.System.History), isOriginal: true);
        await TextAsync(context, PrometheusText.ContentType, text).ConfigureAwait(false);
    }

    private HealthSample[] Lately(IHealthHistory history)
    {
        DateTimeOffset end = _calls.Time.GetUtcNow();
        return UpTo(history.Measure(), history.Read(end - DefaultPeriod, end));
    }

    /// <summary>The moments before, and this one, once.</summary>
    private static HealthSample[] UpTo(HealthSample now, IReadOnlyList<HealthSample> before) => [.. before.Where(sample => sample.At < now.At), now];

    private TimeSpan Period(HttpContext context) => HealthParameters.Duration(context, "period", DefaultPeriod, _calls.System.History.Step, _calls.System.History.Reach);

    private static IReadOnlyList<HealthMetric> Metrics(HttpContext context)
    {
        if (HealthParameters.Text(context, "metrics") is not { } text) return HealthMetricTable.All;
        var found = new List<HealthMetric>();
        foreach (string name in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            IReadOnlyList<HealthMetric> named = HealthMetricTable.Find(name);
            if (named.Count == 0) throw HealthParameters.Wrong("metrics", string.Create(CultureInfo.InvariantCulture, $"there is no metric '{name}'{Suggestion.Phrase(name, HealthMetricTable.Names)}"));
            found.AddRange(named.Except(found));
        }

        return found;
    }

    private static Task TextAsync(HttpContext context, string type, string text) => JsonAnswer.WriteAsync(context, type, Encoding.UTF8.GetBytes(text));
}
