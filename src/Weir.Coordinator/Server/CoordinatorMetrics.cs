using System.Diagnostics.Metrics;
using Weir.Coordinator.Core;
using Weir.Coordinator.Requests;
using Weir.Lustre;

namespace Weir.Coordinator.Server;

/// <summary>What is measured: meter <c>Weir.Coordinator</c>. Levels are looked at once a second, by the core's own thread.</summary>
public sealed class CoordinatorMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Weir.Coordinator";

    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly Meter _meter;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _sent;
    private readonly Histogram<double> _queueTime;
    private readonly Histogram<double> _transferTime;
    private long _lastLook = long.MinValue;
    private volatile Levels _levels = new([], [], [], default);
    private Func<int> _connections = () => 0;

    public CoordinatorMetrics(IMeterFactory? factory = null)
    {
        _meter = factory?.Create(MeterName) ?? new Meter(MeterName);
        _refused = _meter.CreateCounter<long>("weir_coordinator_refused_total", null, "Attempts that were refused, by reason.");
        _sent = _meter.CreateCounter<long>("weir_coordinator_sent_total", null, "Requests handed to agents, by agent and action.");
        _queueTime = _meter.CreateHistogram("weir_coordinator_queue_seconds", "s", "From a request's time to its handing out, by action.", null, Buckets);
        _transferTime = _meter.CreateHistogram("weir_coordinator_transfer_seconds", "s", "From a request's handing out to its end, by action.", null, Buckets);
        _meter.CreateObservableGauge("weir_coordinator_queued", () => _levels.Queued, null, "Requests that wait, by class and action.");
        _meter.CreateObservableGauge("weir_coordinator_oldest_seconds", () => _levels.Oldest, "s", "How long the oldest waiting request waits, by class and action.");
        _meter.CreateObservableGauge("weir_coordinator_running", () => _levels.Running, null, "Requests that an agent runs, by agent and action.");
        _meter.CreateObservableCounter("weir_coordinator_done_total", () => Of(_levels.Done), null, "Requests that have ended at agents, by action.");
        _meter.CreateObservableGauge("weir_coordinator_connections", () => _connections(), null, "Open connections.");
    }

    private static InstrumentAdvice<double> Buckets { get; } = new() { HistogramBucketBoundaries = [0.1, 1, 10, 60, 300, 1800, 7200, 43200, 172800] };

    /// <summary>What all of it is published by.</summary>
    internal Meter Meter => _meter;

    /// <summary>Refused attempts so far, in this process.</summary>
    public long RefusedCount => Interlocked.Read(ref _refusedCount);

    private long _refusedCount;

    public void Dispose() => _meter.Dispose();

    internal void CountConnections(Func<int> connections) => _connections = connections;

    internal void Refused(RefusalReason reason)
    {
        Interlocked.Increment(ref _refusedCount);
        _refused.Add(1, new KeyValuePair<string, object?>("reason", reason.ToString()));
    }

    internal void HandedOut(HandOut handOut, TimeProvider time)
    {
        if (!_queueTime.Enabled && !_sent.Enabled) return;
        long nowNs = time.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000;
        foreach (ref readonly HsmRequest request in handOut.Items.Span)
        {
            if (request.Action == HsmAction.Cancel) continue;
            _queueTime.Record(Math.Max(0, nowNs - request.TimestampNs) / 1e9, Action(request.Action));
            _sent.Add(1, new KeyValuePair<string, object?>("agent", handOut.Agent.Id), Action(request.Action));
        }
    }

    internal void Ended(HsmAction action, long transferMs)
    {
        if (_transferTime.Enabled) _transferTime.Record(transferMs / 1e3, Action(action));
    }

    /// <summary>Looks at the levels, unless it was done a moment ago. From the core's thread.</summary>
    internal void Look(CoordinatorCore core, TimeProvider time)
    {
        long now = time.GetTimestamp();
        if (_lastLook != long.MinValue && time.GetElapsedTime(_lastLook, now) < LookInterval) return;
        _lastLook = now;
        DateTimeOffset wall = time.GetUtcNow();
        IReadOnlyList<ClassStatus> classes = core.ClassStatuses();
        _levels = new(
            [.. classes.Select(status => new Measurement<long>(status.Count, Tags(status)))],
            [.. classes.Select(status => new Measurement<double>(Math.Max(0, (wall - status.OldestSince).TotalSeconds), Tags(status)))],
            [.. core.Agents.SelectMany(agent => Of(agent.Running, new KeyValuePair<string, object?>("agent", agent.Id)))],
            core.Done);
    }

    private static KeyValuePair<string, object?>[] Tags(ClassStatus status) => [new("class", status.Class), Action(status.Action)];

    private static Measurement<long>[] Of(WorkCounts counts, params KeyValuePair<string, object?>[] tags) =>
    [
        new(counts.Archive, [.. tags, Action(HsmAction.Archive)]), new(counts.Restore, [.. tags, Action(HsmAction.Restore)]),
        new(counts.Remove, [.. tags, Action(HsmAction.Remove)]),
    ];

    private static KeyValuePair<string, object?> Action(HsmAction action) => new("action", HsmNames.Text(action));

    private sealed record Levels(Measurement<long>[] Queued, Measurement<double>[] Oldest, Measurement<long>[] Running, WorkCounts Done);
}
