using Weir.Feed;
using Weir.Lustre;

namespace Weir.Hsm.Top;

/// <summary>Sums tallies up to the rows of one frame.</summary>
internal sealed class TopFrameBuilder
{
    private readonly TopQuery _query;
    private readonly long _now;
    private readonly uint _stuckMinute;
    private readonly HashSet<string> _lost;
    private readonly Dictionary<RowKey, TopRow> _rows = [];
    private readonly OldestActions _waiting;
    private readonly OldestActions _stuck;

    public TopFrameBuilder(TopQuery query, DateTimeOffset now, IEnumerable<LostSource> lost)
    {
        _query = query;
        _now = now.ToUnixTimeSeconds();
        _stuckMinute = (uint)Math.Clamp((_now - (long)query.StuckAfter.TotalSeconds) / 60, 0, uint.MaxValue);
        _lost = [.. lost.Select(source => source.Mdt)];
        _waiting = new(query.NamedActions, uint.MaxValue);
        _stuck = new(query.NamedActions, _stuckMinute);
    }

    public long AllLive { get; private set; }

    public TopTotals Totals { get; } = new();

    public void Add(MdtTallies mdt)
    {
        if (_query.Grouping == TopGrouping.Mdt && _query.Filter.MatchesAllOf(mdt.Mdt)) RowOf(mdt.Mdt, null, null, null, mdt.LastId);
        foreach (Tally? tally in mdt.Tallies)
        {
            if (tally is null) continue;
            AllLive += tally.Shown;
            if (_query.Filter.Matches(mdt.Mdt, tally.Action, tally.StatusText)) Add(mdt, tally);
        }
    }

    public IReadOnlyList<TopRow> Rows()
    {
        // Where nothing is and nothing was, there is no row: such tallies are kept for the rates alone. An MDT is there all the same.
        List<TopRow> rows = [.. _rows.Values.Where(row => row.Count != 0 || row.Difference != 0 || _query.Grouping == TopGrouping.Mdt)];
        rows.Sort(new TopRowOrder(_query.Sort, _query.IsReversed));
        return rows;
    }

    public IReadOnlyList<AgedAction> OldestWaiting() => _waiting.ToList();

    public IReadOnlyList<AgedAction> Stuck() => _stuck.ToList();

    private void Add(MdtTallies mdt, Tally tally)
    {
        long stuck = tally.Status == HsmStatus.Started ? tally.Ages!.CountUpTo(_stuckMinute) : 0;
        AddTotals(tally, stuck);
        if (tally.Status == HsmStatus.Waiting) _waiting.Add(tally);
        if (stuck > 0) _stuck.Add(tally);
        TopRow row = _query.Grouping switch
        {
            TopGrouping.Mdt => RowOf(mdt.Mdt, null, null, null, mdt.LastId),
            TopGrouping.Archive => RowOf(null, tally.Action, tally.StatusText, tally.ArchiveId, null),
            TopGrouping.Action => RowOf(null, tally.Action, tally.StatusText, null, null),
            _ => RowOf(mdt.Mdt, tally.Action, tally.StatusText, null, mdt.LastId),
        };
        row.Count += tally.Shown;
        row.Difference += tally.Difference;
        row.InPerSecond += _query.Grouping == TopGrouping.Mdt ? tally.AddedPerSecond(_now) : tally.EnteredPerSecond(_now);
        row.OutPerSecond += _query.Grouping == TopGrouping.Mdt ? tally.RemovedPerSecond(_now) : tally.LeftPerSecond(_now);
        row.Stuck += stuck;
        tally.AddTrend(row.Trend, _now);
        if (OldestActions.OldestSince(tally) is { } since && !(since >= row.OldestSince)) row.OldestSince = since;
    }

    private void AddTotals(Tally tally, long stuck)
    {
        Totals.Live += tally.Shown;
        Totals.Stuck += stuck;
        Totals.AddedPerSecond += tally.AddedPerSecond(_now);
        Totals.RemovedPerSecond += tally.RemovedPerSecond(_now);
        switch (tally.Status)
        {
            case HsmStatus.Waiting:
                Totals.Waiting += tally.Shown;
                break;
            case HsmStatus.Started:
                Totals.Started += tally.Shown;
                break;
            case HsmStatus.Succeed:
                Totals.Succeeded += tally.Shown;
                Totals.SucceededPerSecond += tally.EnteredPerSecond(_now);
                break;
            case HsmStatus.Failed:
                Totals.Failed += tally.Shown;
                Totals.FailedPerSecond += tally.EnteredPerSecond(_now);
                break;
            case HsmStatus.Canceled:
                Totals.Canceled += tally.Shown;
                break;
        }
    }

    private TopRow RowOf(string? mdt, string? action, string? status, uint? archiveId, RecordId? lastId)
    {
        var key = new RowKey(mdt, action, status, archiveId);
        if (_rows.TryGetValue(key, out TopRow? row)) return row;
        return _rows[key] = new()
        {
            Mdt = mdt,
            Action = action,
            Status = status,
            ArchiveId = archiveId,
            LastId = lastId,
            IsLost = mdt is not null && _lost.Contains(mdt),
        };
    }

    private readonly record struct RowKey(string? Mdt, string? Action, string? Status, uint? ArchiveId);
}
