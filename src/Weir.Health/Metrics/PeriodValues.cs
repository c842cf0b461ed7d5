namespace Weir.Health.Metrics;

/// <summary>What the moments of a period come to.</summary>
public static class PeriodValues
{
    /// <summary>A metric's value over a period; null where nothing is known of it.</summary>
    /// <param name="metric">Which.</param>
    /// <param name="samples">The period's moments, oldest first.</param>
    public static double? Of(HealthMetric metric, IReadOnlyList<HealthSample> samples)
    {
        ArgumentNullException.ThrowIfNull(metric);
        ArgumentNullException.ThrowIfNull(samples);
        return metric.Kind switch
        {
            HealthMetricKind.Gauge => Newest(metric.Name, samples),
            HealthMetricKind.Rate => Mean(metric.Name, samples),
            HealthMetricKind.Counter => Growth(metric.Name, samples),
            _ => Ratio(Growth(metric.Of!.Value.Part, samples), Growth(metric.Of!.Value.Others, samples)),
        };
    }

    /// <summary>The newest value that is known.</summary>
    public static double? Newest(string name, IReadOnlyList<HealthSample> samples)
    {
        for (int i = samples.Count - 1; i >= 0; i--)
        {
            if (samples[i][name] is { } value) return value;
        }

        return null;
    }

    private static double? Mean(string name, IReadOnlyList<HealthSample> samples)
    {
        double sum = 0;
        int count = 0, known = 0;
        foreach (HealthSample sample in samples)
        {
            if (sample[name] is not { } value) continue;
            known++;
            if (value <= 0) continue;
            sum += value;
            count++;
        }

        return count > 0 ? sum / count : known > 0 ? 0 : null;
    }

    /// <summary>What it grew by; where it fell, it began anew.</summary>
    private static double? Growth(string name, IReadOnlyList<HealthSample> samples)
    {
        double? before = null;
        double growth = 0;
        foreach (HealthSample sample in samples)
        {
            if (sample[name] is not { } value) continue;
            if (before is { } last) growth += value >= last ? value - last : value;
            before = value;
        }

        return before is null ? null : growth;
    }

    private static double? Ratio(double? part, double? rest) => part + rest is { } all and > 0 ? part / all : null;
}
