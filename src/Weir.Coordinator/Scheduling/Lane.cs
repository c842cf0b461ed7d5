using Weir.Coordinator.Requests;

namespace Weir.Coordinator.Scheduling;

/// <summary>
/// The requests of an archive group that may stand in one list: same flags, and alike in whether only some agents can take their data.
/// Without fair queueing it is one line; with it, the lines of the shares in a heap by their virtual start.
/// </summary>
internal sealed class Lane
{
    private readonly Line? _only;
    private readonly PriorityQueue<Line, (long Start, ulong Rank)>? _ranked;

    public Lane(ArchiveGroup group, ulong flags, bool isRaw)
    {
        Group = group;
        Flags = flags;
        IsRaw = isRaw;
        if (group.Queue.Class.Rules.FairBy == FairBy.None) _only = new(this, null);
        else _ranked = new();
    }

    public ArchiveGroup Group { get; }

    public ulong Flags { get; }

    /// <summary>Only agents that take data that is not UTF-8 can have these.</summary>
    public bool IsRaw { get; }

    public int Count { get; private set; }

    /// <summary>Whether owners share it fairly.</summary>
    public bool HasShares => _ranked is not null;

    public Line Add(RequestStore store, int slot, bool isReturned, in ShareKey key)
    {
        Line line = _only ?? LineOf(Group.ShareOf(key));
        if (isReturned && Group.Queue.Class.Rules.RequeueByTime) line.Return(store, slot);
        else line.Append(store, slot);
        Count++;
        if (line.Share is not { } share) return line;
        share.Waiting++;
        Rank(store, line, share);
        return line;
    }

    public void Remove(RequestStore store, Line line, int slot)
    {
        line.Remove(store, slot);
        Count--;
        if (line.Share is { } share) share.Waiting--;
    }

    /// <summary>The line to be served next; the lane must not be empty.</summary>
    public Line Peek(RequestStore store)
    {
        if (_only is not null) return _only;
        while (true)
        {
            _ranked!.TryPeek(out Line? line, out (long Start, ulong Rank) at);
            if (line!.Count == 0)
            {
                _ranked.Dequeue();
                line.IsRanked = false;
                line.Share!.Lines.Remove(line);
            }
            else if (at.Start < line.Share!.Start)
            {
                // The share was served in another lane meanwhile.
                _ranked.DequeueEnqueue(line, (line.Share.Start, RankOf(store, line)));
            }
            else
            {
                return line;
            }
        }
    }

    /// <summary>Tells that the line's share has moved on, so that its place in the heap is another.</summary>
    public void Served(RequestStore store, Line line)
    {
        if (_ranked is null) return;

        // It was peeked at, so it is the first.
        if (line.Count > 0)
        {
            _ranked.DequeueEnqueue(line, (line.Share!.Start, RankOf(store, line)));
            return;
        }

        _ranked.Dequeue();
        line.IsRanked = false;
        line.Share!.Lines.Remove(line);
    }

    /// <summary>Every line that has requests.</summary>
    public IEnumerable<Line> Lines() => _only is not null
        ? [_only]
        : _ranked!.UnorderedItems.Select(item => item.Element).Where(line => line.Count > 0);

    /// <summary>The place of the line's first request in time: by its making where that counts, else by its queueing.</summary>
    public ulong RankOf(RequestStore store, Line line)
    {
        ref RequestSlot first = ref store[line.Peek(store)];
        return Group.Queue.Class.Rules.RequeueByTime ? (ulong)Math.Max(0, first.TimestampNs) : first.Order;
    }

    private Line LineOf(Share share)
    {
        foreach (Line line in share.Lines)
        {
            if (line.Lane == this) return line;
        }

        var made = new Line(this, share);
        share.Lines.Add(made);
        return made;
    }

    private void Rank(RequestStore store, Line line, Share share)
    {
        if (line.IsRanked) return;
        line.IsRanked = true;
        _ranked!.Enqueue(line, (share.Start, RankOf(store, line)));
    }
}
