using Weir.Feed;
using Weir.Hsm.Live;

namespace Weir.Hsm.Top;

/// <summary>
/// What <c>top</c> knows: the live actions and figures beside them that are kept while events come in, so that a frame costs the same
/// for a thousand live actions as for millions. <see cref="TopFeed"/> feeds it. Not thread-safe.
/// </summary>
public sealed class TopModel
{
    private readonly TimeProvider _time;
    private readonly TallyClock _clock = new();
    private readonly FeedActivity _activity = new();
    private readonly List<MdtTallies> _mdts = [];
    private DateTimeOffset _frameTime;
    private bool _hasFrame;

    public TopModel(TimeProvider time)
    {
        _time = time;
        Live = new(Observe);
        LookAtClock();
    }

    internal LiveActions Live { get; }

    /// <summary>Events taken in so far. May be read while another thread feeds the model.</summary>
    public long Events => _activity.Events;

    /// <summary>Records that were no events.</summary>
    internal long Unreadable { get; set; }

    /// <summary>Records of <see cref="ActionTopics.Sources"/> so far.</summary>
    internal LostSources Lost { get; } = new();

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
        var lost = new List<LostSource>(Lost.Now(LastIdOf));
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
            Unreadable = Unreadable,
            LastId = _mdts.Count == 0 ? RecordId.Zero : _mdts.Max(mdt => mdt.LastId),
            Rows = builder.Rows(),
            OldestWaiting = builder.OldestWaiting(),
            Stuck = builder.Stuck(),
            Lost = lost,
        };
    }

    /// <summary>To be called before events are taken in: what they tell is placed in time by it.</summary>
    internal void LookAtClock() => _clock.Now = _time.GetUtcNow().ToUnixTimeSeconds();

    private MdtTallies Observe(MdtActions actions)
    {
        var tallies = new MdtTallies(actions, _clock, _activity);
        _mdts.Add(tallies);
        return tallies;
    }

    private RecordId LastIdOf(string mdt) => Live.Find(mdt)?.Observer is MdtTallies tallies ? tallies.LastId : RecordId.Zero;
}
