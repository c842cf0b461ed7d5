using System.Diagnostics.Metrics;

namespace Weir.Health.Metrics;

/// <summary>The instruments of this room: every column of the history, the redundancy ledger, and how long repairs take.</summary>
internal sealed class HealthMeter : IDisposable
{
    private const string Prefix = "weir_health_";

    private readonly Meter _meter = new("Weir.Health");
    private readonly Histogram<double> _healSeconds;

    /// <param name="history">What is measured.</param>
    /// <param name="redundancy">The ledger.</param>
    public HealthMeter(IHealthHistory history, Func<IReadOnlyList<RedundancyRow>> redundancy)
    {
        foreach (IGrouping<string, HealthMetric> family in HealthMetricTable.Columns.GroupBy(metric => metric.Family))
        {
            // A duration's histogram has the count and the sum already.
            if (family.Key == HealthMetricTable.HealSeconds) continue;
            HealthMetric[] metrics = [.. family];
            string name = metrics[0].PrometheusName;
            string help = metrics[0].Help + ".";
            if (metrics[0].Kind == HealthMetricKind.Counter) _meter.CreateObservableCounter(name, () => Measure(history, metrics), null, help);
            else _meter.CreateObservableGauge(name, () => Measure(history, metrics), null, help);
        }

        _meter.CreateObservableGauge(Prefix + "redundancy_versions", () => MeasureLedger(redundancy()), null, "Versions by set and by how many more shards they may lose; below 0 a server cannot read them as they are.");
        _healSeconds = _meter.CreateHistogram(
            Prefix + "heal_seconds", null, "Seconds that repairs took, without waiting.", null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1800] });
    }

    public void Ended(in EndedHeal heal) => _healSeconds.Record(heal.Seconds, new KeyValuePair<string, object?>("outcome", heal.Success ? "completed" : "failed"));

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<double>> Measure(IHealthHistory history, HealthMetric[] metrics)
    {
        HealthSample now = history.Measure();
        foreach (HealthMetric metric in metrics)
        {
            if (now[metric.Name] is not { } value) continue;
            yield return metric.Label is { } label ? new(value, new KeyValuePair<string, object?>(label.Name, label.Value)) : new(value);
        }
    }

    private static IEnumerable<Measurement<long>> MeasureLedger(IReadOnlyList<RedundancyRow> rows) => rows
        .GroupBy(row => (row.Pool, row.Set, row.Margin))
        .Select(group => new Measurement<long>(
            group.Sum(row => row.Versions),
            new KeyValuePair<string, object?>("pool", group.Key.Pool), new KeyValuePair<string, object?>("set", group.Key.Set), new KeyValuePair<string, object?>("margin", group.Key.Margin)));
}
