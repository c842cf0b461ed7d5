using System.Diagnostics.Metrics;
using Weir.Lustre;

namespace Weir.Coordinator.Movers;

/// <summary>What an agent measures: meter <c>Weir.Coordinator.Movers</c>.</summary>
public sealed class MoverMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Weir.Coordinator.Movers";

    private readonly Meter _meter;
    private readonly Counter<long> _actions;
    private readonly Counter<long> _bytes;
    private readonly Counter<long> _retries;
    private readonly Histogram<double> _seconds;

    public MoverMetrics(IMeterFactory? factory = null)
    {
        _meter = factory?.Create(MeterName) ?? new Meter(MeterName);
        _actions = _meter.CreateCounter<long>("weir_mover_actions_total", null, "Actions that ended, by action and by error (OK where there was none).");
        _bytes = _meter.CreateCounter<long>("weir_mover_bytes_total", null, "Bytes of the actions that went well, by action.");
        _retries = _meter.CreateCounter<long>("weir_mover_retries_total", null, "Attempts that failed and were followed by another, by action and error.");
        _seconds = _meter.CreateHistogram("weir_mover_action_seconds", "s", "From an action's start to its end, by action.", null, Buckets);
    }

    private static InstrumentAdvice<double> Buckets { get; } = new() { HistogramBucketBoundaries = [0.01, 0.1, 1, 10, 60, 300, 1800, 7200, 43200] };

    public void Dispose() => _meter.Dispose();

    /// <summary>Publishes how much is at work and how much waits.</summary>
    internal void Watch(Func<IEnumerable<(HsmAction Action, int Running, int Waiting)>> levels)
    {
        _meter.CreateObservableGauge("weir_mover_running", () => levels().Select(level => new Measurement<int>(level.Running, Tag(level.Action))), null, "Actions at work, by action.");
        _meter.CreateObservableGauge("weir_mover_waiting", () => levels().Select(level => new Measurement<int>(level.Waiting, Tag(level.Action))), null, "Actions that wait for a slot, by action.");
    }

    internal void Ended(ActionReport report)
    {
        _actions.Add(1, Tag(report.Request.Action), new KeyValuePair<string, object?>("error", report.Errno == 0 ? "OK" : MoverErrno.Name(report.Errno)));
        if (report.Errno == 0) _bytes.Add(report.Bytes, Tag(report.Request.Action));
        _seconds.Record(report.Elapsed.TotalSeconds, Tag(report.Request.Action));
    }

    internal void Retried(HsmAction action, int errno) => _retries.Add(1, Tag(action), new KeyValuePair<string, object?>("error", MoverErrno.Name(errno)));

    private static KeyValuePair<string, object?> Tag(HsmAction action) => new("action", HsmNames.Text(action));
}
