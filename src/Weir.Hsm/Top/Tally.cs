using Weir.Lustre;

namespace Weir.Hsm.Top;

/// <summary>The live actions of one MDT that have the same action, status and archive: how many, how they came and went, how old.</summary>
internal sealed class Tally
{
    private readonly BucketRing _entered = new(ActivityWindow.RateBuckets);
    private readonly BucketRing _left = new(ActivityWindow.RateBuckets);
    private readonly BucketRing _added = new(ActivityWindow.RateBuckets);
    private readonly BucketRing _removed = new(ActivityWindow.RateBuckets);
    private readonly BucketRing _net = new(ActivityWindow.TrendBuckets);

    public Tally(MdtTallies mdt, TallyKey key, string action, HsmStatus status, string statusText, SlotNotes notes)
    {
        Mdt = mdt;
        Key = key;
        Action = action;
        Status = status;
        StatusText = statusText;
        if (status is HsmStatus.Waiting or HsmStatus.Started) Ages = new(notes);
    }

    public MdtTallies Mdt { get; }

    public TallyKey Key { get; }

    public string Action { get; }

    public HsmStatus Status { get; }

    public string StatusText { get; }

    public uint ArchiveId => Key.ArchiveId;

    public long Count { get; private set; }

    /// <summary>By the minute since when they have their status; null for statuses that nobody waits in.</summary>
    public AgeBuckets? Ages { get; }

    /// <summary>The count that the frame shows.</summary>
    public long Shown { get; private set; }

    /// <summary>What it differs by from the frame before.</summary>
    public long Difference { get; private set; }

    /// <param name="isNew">The action was not live before; otherwise another tally had it.</param>
    public void Enter(TallyClock clock, bool isNew)
    {
        Count++;
        _entered.Add(clock.RateBucket, 1);
        _net.Add(clock.TrendBucket, 1);
        if (isNew) _added.Add(clock.RateBucket, 1);
    }

    /// <param name="isGone">The action is not live any more; otherwise another tally gets it.</param>
    public void Leave(TallyClock clock, bool isGone)
    {
        Count--;
        _left.Add(clock.RateBucket, 1);
        _net.Add(clock.TrendBucket, -1);
        if (isGone) _removed.Add(clock.RateBucket, 1);
    }

    /// <param name="isFirst">There was no frame to differ from.</param>
    public void TakeFrame(bool isFirst)
    {
        Difference = isFirst ? 0 : Count - Shown;
        Shown = Count;
    }

    /// <summary>Nothing is left to show of it.</summary>
    public bool IsOver(long now) =>
        Count == 0 && Difference == 0 && _net.IsQuiet((now / ActivityWindow.TrendSeconds) - ActivityWindow.TrendBuckets + 1)
        && EnteredPerSecond(now) == 0 && LeftPerSecond(now) == 0;

    public double EnteredPerSecond(long now) => ActivityWindow.Rate(_entered, now);

    public double LeftPerSecond(long now) => ActivityWindow.Rate(_left, now);

    public double AddedPerSecond(long now) => ActivityWindow.Rate(_added, now);

    public double RemovedPerSecond(long now) => ActivityWindow.Rate(_removed, now);

    /// <summary>Adds the counts at the end of each minute of the trend, the running one last.</summary>
    public void AddTrend(Span<long> levels, long now)
    {
        long minute = now / ActivityWindow.TrendSeconds;
        long level = Shown;
        for (int i = levels.Length - 1; i >= 0; i--, minute--)
        {
            levels[i] += level;
            level -= _net[minute];
        }
    }
}
