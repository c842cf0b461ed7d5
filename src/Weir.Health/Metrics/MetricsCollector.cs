using Microsoft.Extensions.Logging;
using Weir.Feed;
using Weir.Health.Pools;

namespace Weir.Health.Metrics;

/// <summary>Measures the health system every ten seconds, keeps it as history, and gives it to the instruments.</summary>
public sealed class MetricsCollector : IHealthHistory, IDisposable
{
    /// <summary>Within it one measurement serves all who ask.</summary>
    private static readonly TimeSpan Freshness = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly IFeedEngine _feed;
    private readonly Func<HealthParts?> _parts;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly HealthHistory _history;
    private readonly HealthCounters _counters;
    private readonly HealthMeter _meter;
    private readonly double[] _detected = new double[Enum.GetValues<Severity>().Length];
    private ITopicCursor? _events;
    private HealthSample? _newest;
    private long _measuredAt;
    private bool _isReadFailing;

    /// <param name="directory">Where the history is kept.</param>
    /// <param name="feed">Where repairs tell what they came to.</param>
    /// <param name="parts">What is measured; null where nothing runs.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">For what cannot be read or kept.</param>
    public MetricsCollector(string directory, IFeedEngine feed, Func<HealthParts?> parts, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(time);
        _feed = feed;
        _parts = parts;
        _time = time;
        _logger = logger;
        _history = new(directory, time, logger);
        HistoryEntry? last = _history.Newest;
        _counters = new(last, time.GetUtcNow());
        foreach (Severity severity in Enum.GetValues<Severity>()) _detected[(int)severity] = last?.Values[ColumnOf(HealthMetricTable.IssuesDetected, severity)] ?? double.NaN;
        _meter = new(this, () => parts()?.Inventory.Redundancy ?? []);
    }

    public TimeSpan Reach => HealthHistory.Reach;

    public TimeSpan Step => HealthHistory.Step;

    /// <summary>Whether it knows from where on it counts.</summary>
    internal bool HasRead
    {
        get
        {
            lock (_lock) return _counters.Counted is not null;
        }
    }

    public IReadOnlyList<HealthSample> Read(DateTimeOffset from, DateTimeOffset to) => _history.Read(from, to);

    public HealthSample Measure()
    {
        lock (_lock)
        {
            long now = _time.GetTimestamp();
            if (_newest is not null && _time.GetElapsedTime(_measuredAt, now) < Freshness) return _newest;
            _measuredAt = now;
            return _newest = MeasureNow();
        }
    }

    /// <summary>Measures at every step until cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Step, _time);
        Task following = FollowEventsAsync(stopping);
        try
        {
            do Keep();
            while (await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Told to stop.
        }
        finally
        {
            await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // The last moment is kept, so that the next process goes on from it.
            Keep();
        }
    }

    /// <summary>Counts what repairs tell as soon as they do. A feed that is away is read when it is back.</summary>
    private async Task FollowEventsAsync(CancellationToken stopping)
    {
        using IFeedWatch watch = _feed.Watch(HealthTopics.Events);
        try
        {
            while (true)
            {
                await CountEventsAsync(stopping).ConfigureAwait(false);
                if (_isReadFailing) await Task.Delay(RetryInterval, _time, stopping).ConfigureAwait(false);
                else await watch.WaitAsync(stopping).ConfigureAwait(false);
            }
        }
        finally
        {
            if (_events is not null) await _events.DisposeAsync().ConfigureAwait(false);
            _events = null;
        }
    }

    public void Dispose()
    {
        _meter.Dispose();
        _history.Dispose();
    }

    private static int ColumnOf(string family, Severity severity) => HealthMetricTable.ColumnOf($"{family}_{severity.ToString().ToLowerInvariant()}");

    private void Keep()
    {
        lock (_lock)
        {
            // Not the one that was measured for somebody a moment ago: position and counters belong together.
            HealthSample sample = _newest = MeasureNow();
            _measuredAt = _time.GetTimestamp();
            _history.Add(new(sample.At.ToUnixTimeMilliseconds(), _counters.Counted ?? RecordId.Max, [.. sample.Values]));
        }
    }

    /// <summary>Reads what repairs have told since the last time.</summary>
    private async Task CountEventsAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_counters.Counted is null)
            {
                TopicInfo? topic = await _feed.DescribeAsync(HealthTopics.Events, cancellationToken).ConfigureAwait(false);
                lock (_lock) _counters.BeginAt(topic?.LastId ?? RecordId.Zero);
            }

            _events ??= _feed.OpenCursor(HealthTopics.Events, _counters.Counted!.Value);
            while (true)
            {
                RecordPage page = await _events.ReadAsync(cancellationToken).ConfigureAwait(false);
                if (page.IsEmpty) break;
                lock (_lock) Count(page);
            }

            _isReadFailing = false;
        }
        catch (FeedException failed)
        {
            if (!_isReadFailing) MetricsLog.EventsUnreadable(_logger, failed.Message);
            _isReadFailing = true;
            if (_events is not null) await _events.DisposeAsync().ConfigureAwait(false);
            _events = null;
        }
    }

    private void Count(RecordPage page)
    {
        foreach (RecordView record in page)
        {
            if (!EndedHeals.TryRead(record, out EndedHeal heal))
            {
                _counters.Skip(record.Id);
                continue;
            }

            _counters.Take(record.Id, heal);
            _meter.Ended(heal);
        }
    }

    private HealthSample MeasureNow()
    {
        var values = new double[HealthMetricTable.Columns.Count];
        Array.Fill(values, double.NaN);
        void Set(string name, double? value) => values[HealthMetricTable.ColumnOf(name)] = value ?? double.NaN;
        if (_parts() is { } parts) MeasureParts(parts, values, Set);
        Set(HealthMetricTable.ObjectsScanned, _counters.Objects);
        Set(HealthMetricTable.BytesScanned, _counters.Bytes);
        Set(HealthMetricTable.HealsCompleted, _counters.HealsCompleted);
        Set(HealthMetricTable.HealsFailed, _counters.HealsFailed);
        Set(HealthMetricTable.HealSeconds, _counters.HealSeconds);
        Set(HealthMetricTable.ShardsRepaired, _counters.ShardsRepaired);
        foreach (Severity severity in Enum.GetValues<Severity>()) values[ColumnOf(HealthMetricTable.IssuesDetected, severity)] = _detected[(int)severity];
        return new(_time.GetUtcNow(), values);
    }

    private void MeasureParts(HealthParts parts, double[] values, Action<string, double?> set)
    {
        IReadOnlyList<ScanStatus> scans = parts.Scans.List();
        _counters.Take(scans);
        set(HealthMetricTable.ObjectsTotal, parts.Inventory.Objects);
        ScanStatus[] running = [.. scans.Where(scan => scan.State == ScanState.Scanning)];
        set(HealthMetricTable.ScanRateObjects, running.Sum(scan => scan.ObjectsPerSecond ?? 0));
        set(HealthMetricTable.ScanRateBytes, running.Sum(scan => scan.BytesPerSecond ?? 0));
        set(HealthMetricTable.ScansRunning, running.Length);
        set(HealthMetricTable.ScansWaiting, scans.Count(scan => scan.State is ScanState.Queued or ScanState.Paused));
        foreach (Severity severity in Enum.GetValues<Severity>())
        {
            _detected[(int)severity] = parts.Issues.DetectedBySeverity.GetValueOrDefault(severity);
            values[ColumnOf(HealthMetricTable.OpenIssues, severity)] = parts.Issues.OpenBySeverity.GetValueOrDefault(severity);
        }

        IReadOnlyDictionary<HealState, long> heals = parts.Heals.Counts;
        set(HealthMetricTable.HealsWaiting, heals.GetValueOrDefault(HealState.Queued) + heals.GetValueOrDefault(HealState.Retrying));
        set(HealthMetricTable.HealsRunning, heals.GetValueOrDefault(HealState.Running));
        if (parts.Inventory.CountedAt is not null || parts.Inventory.Redundancy.Count > 0)
        {
            set(HealthMetricTable.VersionsEndangered, parts.Inventory.Redundancy.Where(row => row.Margin == 0).Sum(row => row.Versions));
            set(HealthMetricTable.VersionsUnreadable, parts.Inventory.Redundancy.Where(row => row.Margin < 0).Sum(row => row.Versions));
        }

        IReadOnlyList<DriveStatus> drives = parts.Drives();
        set(HealthMetricTable.DrivesConfigured, drives.Count);
        set(HealthMetricTable.DrivesOnline, drives.Count(drive => drive.IsUsable));
    }
}
