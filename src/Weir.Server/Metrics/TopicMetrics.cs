using System.Diagnostics.Metrics;
using Weir.Feed;

namespace Weir.Server.Metrics;

/// <summary>What the feed's topics hold. It is looked up when metrics are asked for, and not more often than every few seconds.</summary>
public sealed class TopicMetrics : IDisposable
{
    /// <summary>More topics than these are not told of one by one.</summary>
    private const int MostTopics = 500;

    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(5);

    private readonly Meter _meter = new("Weir.Server.Topics");
    private readonly IFeedEngine _feed;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _looking = new(1, 1);
    private IReadOnlyList<TopicInfo> _topics = [];
    private long? _lookedAt;
    private int _isUp = 1;

    public TopicMetrics(IFeedEngine feed, TimeProvider time)
    {
        _feed = feed;
        _time = time;
        _meter.CreateObservableGauge("weir_feed_up", () => Volatile.Read(ref _isUp), null, "Whether the feed could be looked at (1) or not (0).");
        _meter.CreateObservableGauge("weir_feed_topic_records", () => Measure(topic => topic.Count), null, "Records that the topic holds.");
        _meter.CreateObservableGauge("weir_feed_topic_bytes", () => Measure(topic => topic.SizeBytes), null, "Bytes that the topic takes.");
        _meter.CreateObservableGauge(
            "weir_feed_topic_last_record_timestamp_seconds", () => Measure(topic => topic.LastId.Milliseconds / 1000.0), null, "When the topic's last record was appended, in seconds since the epoch.");
    }

    /// <summary>Looks again, unless that was just done. A feed that cannot be used is told by <c>weir_feed_up</c>.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await _looking.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_lookedAt is { } before && _time.GetElapsedTime(before) < Freshness) return;
            var topics = new List<TopicInfo>();
            foreach (string name in (await _feed.ListTopicsAsync("", cancellationToken).ConfigureAwait(false)).Take(MostTopics))
            {
                if (await _feed.DescribeAsync(name, cancellationToken).ConfigureAwait(false) is { } info) topics.Add(info);
            }

            Volatile.Write(ref _topics, topics);
            Volatile.Write(ref _isUp, 1);
            _lookedAt = _time.GetTimestamp();
        }
        catch (FeedException)
        {
            Volatile.Write(ref _isUp, 0);
            Volatile.Write(ref _topics, []);
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

    private IEnumerable<Measurement<T>> Measure<T>(Func<TopicInfo, T> value) where T : struct =>
        Volatile.Read(ref _topics).Select(topic => new Measurement<T>(value(topic), new KeyValuePair<string, object?>("topic", topic.Topic)));
}
