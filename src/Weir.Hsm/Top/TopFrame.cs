using Weir.Feed;

namespace Weir.Hsm.Top;

/// <summary>Everything that one frame of top shows. Counts and rates are of the actions that the filter lets through, unless they say otherwise.</summary>
public sealed record TopFrame
{
    public required DateTimeOffset Time { get; init; }

    public required TopQuery Query { get; init; }

    /// <summary>Live actions of all MDTs, whatever the filter.</summary>
    public required long AllLive { get; init; }

    public required TopTotals Totals { get; init; }

    /// <summary>Events a second over the last minute, of all MDTs.</summary>
    public required double EventsPerSecond { get; init; }

    /// <summary>Events of each of the last 30 minutes, of all MDTs, the running minute last.</summary>
    public required IReadOnlyList<long> EventsTrend { get; init; }

    /// <summary>Events that were taken in.</summary>
    public required long Events { get; init; }

    /// <summary>Records that were no events.</summary>
    public required long Unreadable { get; init; }

    /// <summary>The last record of any action topic; <see cref="RecordId.Zero"/> when there was none.</summary>
    public required RecordId LastId { get; init; }

    public required IReadOnlyList<TopRow> Rows { get; init; }

    /// <summary>The longest waiting, longest first.</summary>
    public required IReadOnlyList<AgedAction> OldestWaiting { get; init; }

    /// <summary>Stuck actions, longest first; not more than <see cref="TopQuery.NamedActions"/>.</summary>
    public required IReadOnlyList<AgedAction> Stuck { get; init; }

    /// <summary>MDTs that nobody reports any more, longest first.</summary>
    public required IReadOnlyList<LostSource> Lost { get; init; }

    /// <summary>How long ago the last record was appended, by the two machines' clocks; null when there is none. Negative when the other is ahead.</summary>
    public TimeSpan? Lag => LastId == RecordId.Zero ? null : Time - LastId.Time;
}

/// <summary>Sums over all rows of a frame. Rates are per second, over the last minute.</summary>
public sealed record TopTotals
{
    public long Live { get; set; }

    public long Waiting { get; set; }

    public long Started { get; set; }

    public long Succeeded { get; set; }

    public long Failed { get; set; }

    public long Canceled { get; set; }

    public long Stuck { get; set; }

    /// <summary>Actions that came.</summary>
    public double AddedPerSecond { get; set; }

    public double SucceededPerSecond { get; set; }

    public double FailedPerSecond { get; set; }

    /// <summary>Actions that went.</summary>
    public double RemovedPerSecond { get; set; }
}

/// <summary>One row; what the grouping does not name is null.</summary>
public sealed record TopRow
{
    public string? Mdt { get; init; }

    public string? Action { get; init; }

    public string? Status { get; init; }

    public uint? ArchiveId { get; init; }

    public long Count { get; set; }

    /// <summary>The count less that of the frame before.</summary>
    public long Difference { get; set; }

    /// <summary>Actions that came into the row, a second, over the last minute.</summary>
    public double InPerSecond { get; set; }

    /// <summary>Actions that left it.</summary>
    public double OutPerSecond { get; set; }

    /// <summary>Since when the oldest has been WAITING or STARTED; null where there is none.</summary>
    public DateTimeOffset? OldestSince { get; set; }

    public long Stuck { get; set; }

    /// <summary>The last event of the row's MDT; null where the row is not one MDT's.</summary>
    public RecordId? LastId { get; init; }

    /// <summary>Nobody reports the row's MDT any more.</summary>
    public bool IsLost { get; init; }

    /// <summary>The count at the end of each of the last 30 minutes, the running minute last.</summary>
    public long[] Trend { get; } = new long[ActivityWindow.TrendBuckets];
}

/// <summary>One action that is named because it is old.</summary>
/// <param name="Mdt">Its MDT.</param>
/// <param name="Fid">Its file.</param>
/// <param name="Action">What is to be done.</param>
/// <param name="Status">How far it is.</param>
/// <param name="ArchiveId">The archive.</param>
/// <param name="Since">Since when it has its status.</param>
/// <param name="FirstSeen">When it came.</param>
public sealed record AgedAction(
    string Mdt, string Fid, string Action, string Status, uint ArchiveId, DateTimeOffset Since, DateTimeOffset FirstSeen);
