using System.Diagnostics.Metrics;
using Weir.Feed;
using Weir.Feed.Consuming;

namespace Weir.Server.Metrics;

/// <summary>How far behind the registered consumers are. It is looked up when metrics are asked for, and not more often than every few seconds.</summary>
public sealed class ConsumerMetrics : IDisposable
{
    /// <summary>More consumers than these are counted, and not told of one by one.</summary>
    private const int MostConsumers = 500;

    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(5);

    private readonly Meter _meter = new("Weir.Server.Consumers");
    private readonly ConsumerRegistry _registry;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _looking = new(1, 1);
    private IReadOnlyList<ConsumerBacklog> _backlogs = [];
    private IReadOnlyList<Measurement<long>> _states = [];
    private long? _lookedAt;

    public ConsumerMetrics(ConsumerRegistry registry, TimeProvider time)
    {
        _registry = registry;
        _time = time;
        _meter.CreateObservableGauge("weir_feed_consumers", () => Volatile.Read(ref _states), null, "Registered consumers, by state.");
        _meter.CreateObservableGauge("weir_feed_consumer_backlog_records", () => Measure(backlog => backlog.Records), null, "Records that the consumer has not acknowledged.");
        _meter.CreateObservableGauge("weir_feed_consumer_backlog_bytes", () => Measure(backlog => backlog.SizeBytes), null, "Bytes of the records that the consumer has not acknowledged.");
        _meter.CreateObservableGauge("weir_feed_consumer_backlog_seconds", () => Measure(backlog => backlog.Age.TotalSeconds), null, "Age of the oldest record that the consumer has not acknowledged, in seconds.");
        _meter.CreateObservableGauge("weir_feed_consumer_aborted", () => Measure(backlog => backlog.Consumer.State == ConsumerState.Aborted ? 1 : 0), null, "Whether the consumer went past a limit and was aborted (1) or not (0).");
    }

    /// <summary>Looks again, unless that was just done. Where the feed cannot be used, nothing is told.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await _looking.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_lookedAt is { } before && _time.GetElapsedTime(before) < Freshness) return;
            IReadOnlyList<ConsumerInfo> all = await _registry.ListAsync(cancellationToken).ConfigureAwait(false);
            var backlogs = new List<ConsumerBacklog>();
            foreach (ConsumerInfo consumer in all.Take(MostConsumers)) backlogs.Add(await _registry.MeasureAsync(consumer, cancellationToken).ConfigureAwait(false));
            Volatile.Write(ref _states, [.. Enum.GetValues<ConsumerState>().Select(state => Count(all, state))]);
            Volatile.Write(ref _backlogs, backlogs);
            _lookedAt = _time.GetTimestamp();
        }
        catch (FeedException)
        {
            Volatile.Write(ref _states, []);
            Volatile.Write(ref _backlogs, []);
        }
        finally
        {
            _looking.Release();
        }
    }

    public void Dispose()
    {
        _meter.Dispose();
        _looking.Dispose();
    }

    private static Measurement<long> Count(IReadOnlyList<ConsumerInfo> all, ConsumerState state) =>
        new(all.Count(consumer => consumer.State == state), new KeyValuePair<string, object?>("state", state.ToString().ToLowerInvariant()));

    private IEnumerable<Measurement<T>> Measure<T>(Func<ConsumerBacklog, T> value) where T : struct =>
        Volatile.Read(ref _backlogs).Select(backlog => new Measurement<T>(value(backlog), new KeyValuePair<string, object?>("consumer", backlog.Consumer.Name)));
}
