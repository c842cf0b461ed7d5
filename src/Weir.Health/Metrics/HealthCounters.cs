using Weir.Feed;

namespace Weir.Health.Metrics;

/// <summary>What only grows: what scans looked at and what repairs came to. It goes on where the history left it. Not thread-safe.</summary>
internal sealed class HealthCounters
{
    private readonly Dictionary<string, (long Objects, long Bytes)> _scans = new(StringComparer.Ordinal);
    private readonly DateTimeOffset _since;

    /// <param name="last">The newest moment of the history; null where there is none.</param>
    /// <param name="now">From when scans that are new are counted whole.</param>
    public HealthCounters(HistoryEntry? last, DateTimeOffset now)
    {
        _since = now;
        if (last is not { } entry) return;
        // The highest id stands for none: the feed could not be asked.
        if (entry.Counted != RecordId.Max) Counted = entry.Counted;
        double Of(string name) => entry.Values[HealthMetricTable.ColumnOf(name)] is var value && double.IsNaN(value) ? 0 : value;
        Objects = Of(HealthMetricTable.ObjectsScanned);
        Bytes = Of(HealthMetricTable.BytesScanned);
        HealsCompleted = Of(HealthMetricTable.HealsCompleted);
        HealsFailed = Of(HealthMetricTable.HealsFailed);
        HealSeconds = Of(HealthMetricTable.HealSeconds);
        ShardsRepaired = Of(HealthMetricTable.ShardsRepaired);
    }

    /// <summary>The last event that is counted in; null before one was.</summary>
    public RecordId? Counted { get; private set; }

    public double Objects { get; private set; }

    public double Bytes { get; private set; }

    public double HealsCompleted { get; private set; }

    public double HealsFailed { get; private set; }

    public double HealSeconds { get; private set; }

    public double ShardsRepaired { get; private set; }

    /// <summary>Begins behind this event, where nothing was counted before.</summary>
    public void BeginAt(RecordId id) => Counted ??= id;

    /// <summary>Counts a repair that has ended.</summary>
    public void Take(RecordId id, in EndedHeal heal)
    {
        if (heal.Success) HealsCompleted++;
        else HealsFailed++;
        HealSeconds += heal.Seconds;
        ShardsRepaired += heal.Shards;
        Skip(id);
    }

    /// <summary>An event that counts for nothing.</summary>
    public void Skip(RecordId id) => Counted = id;

    /// <summary>Counts what scans did since the last look.</summary>
    public void Take(IReadOnlyList<ScanStatus> scans)
    {
        var gone = new HashSet<string>(_scans.Keys, StringComparer.Ordinal);
        foreach (ScanStatus scan in scans)
        {
            gone.Remove(scan.Id);
            bool isKnown = _scans.TryGetValue(scan.Id, out (long Objects, long Bytes) before);
            // What an older scan did before this process was counted by the one before.
            if (!isKnown && scan.RequestedAt < _since) before = (scan.ObjectsScanned, scan.BytesScanned);
            Objects += Math.Max(0, scan.ObjectsScanned - before.Objects);
            Bytes += Math.Max(0, scan.BytesScanned - before.Bytes);
            _scans[scan.Id] = (scan.ObjectsScanned, scan.BytesScanned);
        }

        foreach (string id in gone) _scans.Remove(id);
    }
}

/// <summary>What a repair came to.</summary>
internal readonly record struct EndedHeal(bool Success, int Shards, double Seconds);
