using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Weir.Server.Metrics;

/// <summary>Listens to the meters of Weir and of the runtime, and keeps what they measure for whoever asks.</summary>
public sealed class MetricsRegistry : IDisposable
{
    private const string OwnName = "Weir.Server.Metrics";

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Instrument, MetricFamily> _families = new();
    private readonly Lock _collecting = new();
    private readonly Meter _meter = new(OwnName);
    private long _dropped;

    public MetricsRegistry()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (IsWanted(instrument.Meter)) listener.EnableMeasurementEvents(instrument, _families.GetOrAdd(instrument, made => new(made)));
        };
        _listener.MeasurementsCompleted = (instrument, _) => _families.TryRemove(instrument, out MetricFamily? _);
        _listener.SetMeasurementEventCallback<byte>((instrument, value, tags, state) => Take(state, value, tags));
        _listener.SetMeasurementEventCallback<short>((instrument, value, tags, state) => Take(state, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, state) => Take(state, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, state) => Take(state, value, tags));
        _listener.SetMeasurementEventCallback<float>((instrument, value, tags, state) => Take(state, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, state) => Take(state, value, tags));
        _listener.SetMeasurementEventCallback<decimal>((instrument, value, tags, state) => Take(state, (double)value, tags));
        _meter.CreateObservableCounter("weir_metrics_dropped_total", () => Interlocked.Read(ref _dropped), null, "Measurements dropped because a metric has too many combinations of labels.");
        _listener.Start();
    }

    /// <summary>Everything as it is now, in the order of the names.</summary>
    internal IReadOnlyList<MetricFamily> Collect()
    {
        lock (_collecting)
        {
            foreach (MetricFamily family in _families.Values)
            {
                if (family.IsObservable) family.Clear();
            }

            _listener.RecordObservableInstruments();
            return [.. _families.Values.OrderBy(family => family.Name, StringComparer.Ordinal)];
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _meter.Dispose();
    }

    /// <summary>The meters whose measurements are told: those of Weir, and the runtime's; not what another registry says of itself.</summary>
    private bool IsWanted(Meter meter) => meter.Name == OwnName ? ReferenceEquals(meter, _meter) : meter.Name.StartsWith("Weir.", StringComparison.Ordinal) || meter.Name == "System.Runtime";

    private void Take(object? state, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (!((MetricFamily)state!).Take(value, tags)) Interlocked.Increment(ref _dropped);
    }
}
