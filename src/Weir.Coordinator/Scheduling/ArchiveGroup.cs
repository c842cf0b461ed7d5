using Weir.Coordinator.Requests;

namespace Weir.Coordinator.Scheduling;

/// <summary>The requests of one archive id in a class queue. With fair queueing its owners share it, and the archive ids take turns.</summary>
internal sealed class ArchiveGroup(ClassQueue queue, uint archiveId)
{
    private const int SweepAt = 256;

    private readonly List<Lane> _lanes = [];
    private Dictionary<long, Share>? _byNumber;
    private Dictionary<byte[], Share>? _byText;
    private int _sweepAt = SweepAt;

    public ClassQueue Queue => queue;

    public uint ArchiveId => archiveId;

    /// <summary>The virtual time of the group among the class's groups.</summary>
    public long Turn { get; set; }

    /// <summary>The virtual start of the share served last.</summary>
    public long Now { get; private set; }

    public int Count { get; private set; }

    public List<Lane> Lanes => _lanes;

    public void Add(RequestStore store, int slot, bool isReturned, in ShareKey key)
    {
        ref RequestSlot request = ref store[slot];
        LaneOf(request.Flags, request.Has(SlotMarks.RawData)).Add(store, slot, isReturned, key);
        Count++;
    }

    public void Remove(RequestStore store, Line line, int slot)
    {
        line.Lane.Remove(store, line, slot);
        Count--;
        DropEmpty(line);
    }

    /// <summary>
    /// The line to be served next among those that the filter allows; null when there is none, or when its share would be too far ahead of one that
    /// waits with other flags.
    /// </summary>
    public Line? Peek(RequestStore store, in PickFilter filter)
    {
        Line? best = null;
        (long Start, ulong Rank) bestAt = default;
        long otherStart = long.MaxValue;
        foreach (Lane lane in _lanes)
        {
            if (lane.Count == 0 || !filter.AllowsSometime(lane)) continue;
            bool isNow = filter.AllowsNow(lane);
            if (!isNow && !lane.HasShares) continue;
            Line line = lane.Peek(store);
            if (!isNow)
            {
                otherStart = Math.Min(otherStart, line.Share!.Start);
                continue;
            }

            (long Start, ulong Rank) at = (line.Share?.Start ?? 0, lane.RankOf(store, line));
            if (best is not null && at.CompareTo(bestAt) >= 0) continue;
            best = line;
            bestAt = at;
        }

        return bestAt.Start - filter.MaxLead > otherStart ? null : best;
    }

    /// <summary>Takes the first request of a line that was peeked at.</summary>
    public int Take(RequestStore store, Line line)
    {
        int slot = line.Peek(store);
        if (line.Share is { } share)
        {
            Now = Math.Max(Now, share.Start);
            share.Start += share.Step;
        }

        Lane lane = line.Lane;
        lane.Remove(store, line, slot);
        Count--;
        lane.Served(store, line);
        DropEmpty(line);
        return slot;
    }

    /// <summary>The owner's share, which begins at the present virtual time when nothing of it waits.</summary>
    public Share ShareOf(in ShareKey key)
    {
        Share? share;
        if (key.Text is not null)
        {
            _byText ??= new(ByteStrings.Comparer);
            if (!_byText.TryGetValue(key.Text, out share)) _byText.Add(key.Text, share = new(key, queue.Class.WeightOf(key)));
        }
        else
        {
            _byNumber ??= [];
            if (!_byNumber.TryGetValue(key.Number, out share)) _byNumber.Add(key.Number, share = new(key, queue.Class.WeightOf(key)));
        }

        if (share.Waiting == 0) share.Start = Math.Max(share.Start, Now);
        if ((_byNumber?.Count ?? 0) + (_byText?.Count ?? 0) > _sweepAt) Sweep(share);
        return share;
    }

    private Lane LaneOf(ulong flags, bool isRaw)
    {
        foreach (Lane lane in _lanes)
        {
            if (lane.Flags == flags && lane.IsRaw == isRaw) return lane;
        }

        var made = new Lane(this, flags, isRaw);
        _lanes.Add(made);
        queue.Queue!.Lanes++;
        return made;
    }

    /// <summary>A lane of shares stays as long as the group does: its heap may still hold lines that are empty now.</summary>
    private void DropEmpty(Line line)
    {
        if (line.Lane.Count > 0 || line.Share is not null) return;
        _lanes.Remove(line.Lane);
        queue.Queue!.Lanes--;
    }

    /// <summary>Forgets shares that have nothing waiting and are owed nothing.</summary>
    private void Sweep(Share except)
    {
        if (_byNumber is not null)
        {
            foreach ((long key, Share share) in _byNumber)
            {
                if (share.Waiting == 0 && share.Start <= Now && share != except) _byNumber.Remove(key);
            }
        }

        if (_byText is not null)
        {
            foreach ((byte[] key, Share share) in _byText)
            {
                if (share.Waiting == 0 && share.Start <= Now && share != except) _byText.Remove(key);
            }
        }

        _sweepAt = Math.Max(SweepAt, 2 * ((_byNumber?.Count ?? 0) + (_byText?.Count ?? 0)));
    }
}
