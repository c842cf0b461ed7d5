using Weir.Feed;
using Weir.Hsm.Live;

namespace Weir.Hsm.Top;

/// <summary>
/// What <c>top</c> knows: the live actions and figures beside them that are kept while events come in, so that a frame costs the same
/// for a thousand live actions as for millions. Feed it the action topics and <c>hsm:sources</c> from their beginnings. Not thread-safe.
/// </summary>
public sealed class TopModel
{
    private readonly TimeProvider _time;
    private readonly TallyClock _clock = new();
    private readonly FeedActivity _activity = new();
    private readonly List<MdtTallies> _mdts = [];
    private readonly LostSources _lost = new();
    private DateTimeOffset _frameTime;
    private bool _hasFrame;

    public TopModel(TimeProvider time)
    {
        _time = time;
        Live = new(Observe);
        LookAtClock();
    }

    public LiveActions Live { get; }

    /// <summary>The last record of any action topic.</summary>
    public RecordId LastId { get; private set; }

    /// <summary>Events taken in so far.</summary>
    public long Events => _activity.Events;

    /// <summary>Takes in a page of an action topic.</summary>
    public void Apply(in RecordPage page)
    {
        LookAtClock();
        foreach (RecordView record in page) TakeIn(record);
    }

    /// <summary>Takes in a page of <c>hsm:sources</c>.</summary>
    public void ApplySources(in RecordPage page)
    {
        foreach (RecordView record in page) ApplySource(record);
    }

    /// <summary>Fixes what frames show until the next call: differences are since the call before, and none at the first.</summary>
    public void TakeFrame()
    {
        LookAtClock();
        _frameTime = _time.GetLocalNow();
        foreach (MdtTallies mdt in _mdts) mdt.TakeFrame(_clock.Now, isFirst: !_hasFrame);
        _hasFrame = true;
    }

    /// <summary>What <see cref="TakeFrame"/> fixed, seen in one way or another.</summary>
    public TopFrame Build(TopQuery query)
    {
        var lost = new List<LostSource>(_lost.Now(LastIdOf));
        lost.RemoveAll(source => !query.Filter.MatchesMdt(source.Mdt));
        lost.Sort(static (a, b) => (a.Since, a.Mdt).CompareTo((b.Since, b.Mdt)));
        var builder = new TopFrameBuilder(query, _frameTime, lost);
        foreach (MdtTallies mdt in _mdts) builder.Add(mdt);
        return new()
        {
            Time = _frameTime,
            Query = query,
            AllLive = builder.AllLive,
            Totals = builder.Totals,
            EventsPerSecond = _activity.PerSecond(_clock.Now),
            EventsTrend = _activity.Trend(_clock.Now),
            Events = _activity.Events,
            Unreadable = Live.Unreadable,
            LastId = LastId,
            Rows = builder.Rows(),
            OldestWaiting = builder.OldestWaiting(),
            Stuck = builder.Stuck(),
            Lost = lost,
        };
    }

    internal void Apply(in RecordView record)
    {
        LookAtClock();
        TakeIn(record);
    }

    private void TakeIn(in RecordView record)
    {
        RecordId id = record.Id;
        if (id > LastId) LastId = id;
        _clock.MoveTo(id.Milliseconds);
        Live.Apply(record);
    }

    internal void ApplySource(in RecordView record) => _lost.Apply(record);

    private MdtTallies Observe(MdtActions actions)
    {
        var tallies = new MdtTallies(actions, _clock, _activity);
        _mdts.Add(tallies);
        return tallies;
    }

    private RecordId LastIdOf(string mdt) => Live.Find(mdt)?.Observer is MdtTallies tallies ? tallies.LastId : RecordId.Zero;

    private void LookAtClock() => _clock.Now = _time.GetUtcNow().ToUnixTimeSeconds();
}
