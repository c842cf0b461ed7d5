using Weir.Hsm.Following;
using Weir.Hsm.Live;

namespace Weir.Hsm.Maintenance;

/// <summary>
/// When an action counts as gone although nobody said so: nothing was told of it for too long, while its MDT had a file. An MDT whose
/// source is lost has no stale actions, and one that came back is given the whole time again. With an infinite timeout nothing ever is.
/// </summary>
internal readonly struct StaleRule(TimeSpan timeout, DateTimeOffset now, SourceStates sources)
{
    /// <summary>An action whose last event is older than this is stale: unix seconds, 0 when none of the MDT is.</summary>
    public uint OldestFor(MdtActions mdt)
    {
        if (timeout == Timeout.InfiniteTimeSpan) return 0;
        DateTimeOffset oldest = now - timeout;
        if (sources.IsLost(mdt.Name.Text) || sources.LastChange(mdt.Name.Text) > oldest) return 0;
        return MdtActions.Seconds(oldest.ToUnixTimeSeconds());
    }
}
