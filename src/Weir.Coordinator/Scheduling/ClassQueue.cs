using Weir.Coordinator.Requests;

namespace Weir.Coordinator.Scheduling;

/// <summary>The requests of one class in a waiting queue, by archive id.</summary>
internal sealed class ClassQueue(ClassRules rules)
{
    /// <summary>How far a group's turn may be put off by what it is given in lists that have begun with its archive id already.</summary>
    private const long MostAhead = 256 * Share.Unit;

    private readonly Dictionary<uint, ArchiveGroup> _byArchive = [];
    private readonly List<ArchiveGroup> _groups = [];
    private long _now;

    public ClassRules Class => rules;

    /// <summary>The queue that it is part of.</summary>
    public WaitingQueue? Queue { get; set; }

    public int Count { get; private set; }

    public List<ArchiveGroup> Groups => _groups;

    public void Add(RequestStore store, int slot, bool isReturned, in ShareKey key)
    {
        uint archive = store[slot].ArchiveId;
        if (!_byArchive.TryGetValue(archive, out ArchiveGroup? group))
        {
            group = new(this, archive) { Turn = _now };
            _byArchive.Add(archive, group);
            _groups.Add(group);
        }

        group.Add(store, slot, isReturned, key);
        Count++;
    }

    public void Remove(RequestStore store, Line line, int slot)
    {
        ArchiveGroup group = line.Lane.Group;
        group.Remove(store, line, slot);
        Count--;
        Drop(group);
    }

    /// <summary>The line to be served next: without fair queueing the one whose first request is the oldest, with it the one whose turn it is.</summary>
    public Line? Peek(RequestStore store, in PickFilter filter)
    {
        Line? best = null;
        (long Turn, ulong Rank) bestAt = default;
        foreach (ArchiveGroup group in _groups)
        {
            if (!filter.Allows(group)) continue;
            if (group.Peek(store, filter) is not { } line) continue;
            long turn = rules.Rules.FairBy == FairBy.None ? 0 : Math.Max(group.Turn, _now);
            (long Turn, ulong Rank) at = (turn, line.Lane.RankOf(store, line));
            if (best is not null && at.CompareTo(bestAt) >= 0) continue;
            best = line;
            bestAt = at;
        }

        return best;
    }

    /// <summary>Takes the first request of a line that was peeked at.</summary>
    /// <param name="store">Where the requests are.</param>
    /// <param name="line">The line.</param>
    /// <param name="isFirst">Whether it is the list's first, so that it was this archive id's turn, and not only a place in a list of that id.</param>
    public int Take(RequestStore store, Line line, bool isFirst)
    {
        ArchiveGroup group = line.Lane.Group;

        // A group that nobody could serve for a while has no claim to what it missed, and what one was given beside others is forgotten some day.
        long turn = Math.Max(group.Turn, _now);
        if (isFirst) _now = turn;
        group.Turn = Math.Min(turn + Share.Unit, _now + MostAhead);
        int slot = group.Take(store, line);
        Count--;
        Drop(group);
        return slot;
    }

    /// <summary>Whether a request with this archive id and these flags would stand in a lane that there is.</summary>
    public bool HasLane(uint archiveId, ulong flags) =>
        _byArchive.TryGetValue(archiveId, out ArchiveGroup? group) && group.Lanes.Exists(lane => lane.Flags == flags);

    private void Drop(ArchiveGroup group)
    {
        if (group.Count > 0) return;
        Queue!.Lanes -= group.Lanes.Count;
        _byArchive.Remove(group.ArchiveId);
        _groups.Remove(group);
    }
}
