using Weir.Health.Metrics;

namespace Weir.Server.Health.Web;

/// <summary>A metric step by step.</summary>
/// <param name="Metric">Which.</param>
/// <param name="Points">What it was in each step that something is known of; the time is that of the step's beginning.</param>
internal sealed record MetricSeries(HealthMetric Metric, IReadOnlyList<(DateTimeOffset At, double? Value)> Points)
{
    /// <summary>Within a step the newest value counts; for rates the mean, for ratios what happened in it.</summary>
    public static IReadOnlyList<MetricSeries> Make(IReadOnlyList<HealthMetric> metrics, IReadOnlyList<HealthSample> samples, DateTimeOffset start, TimeSpan step)
    {
        (DateTimeOffset At, HealthSample[] Samples)[] steps =
        [
            .. samples.GroupBy(sample => (sample.At - start).Ticks / step.Ticks).OrderBy(group => group.Key).Select(group => (start + TimeSpan.FromTicks(group.Key * step.Ticks), group.ToArray())),
        ];
        return [.. metrics.Select(metric => new MetricSeries(metric, [.. steps.Select((part, i) => (part.At, ValueOf(metric, part.Samples, i > 0 ? steps[i - 1].Samples[^1] : null)))]))];
    }

    private static double? ValueOf(HealthMetric metric, HealthSample[] samples, HealthSample? before) => metric.Kind switch
    {
        HealthMetricKind.Counter => PeriodValues.Newest(metric.Name, samples),
        // What happened between the last moment of the step before and the first of this one belongs here.
        HealthMetricKind.Ratio => PeriodValues.Of(metric, before is null ? samples : [before, .. samples]),
        _ => PeriodValues.Of(metric, samples),
    };
}
