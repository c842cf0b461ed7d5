using System.Runtime.CompilerServices;
namespace Weir.Hsm.Top;

/// <summary>
/// Actions by the minute since when they have their state, oldest first: a list of slots for each minute. What is oldest, and how
/// many are older than something, costs a look at a few minutes instead of at all actions.
/// </summary>
internal sealed class AgeBuckets(SlotNotes notes)
{
    private Bucket[] _buckets = new Bucket[4];
    private int _first;
    private int _end;
    private int _blank;
    private int _lastUsed;

    /// <summary>Minutes that are held, those that became empty included.</summary>
    public int Minutes => _end - _first;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(int slot, uint minute)
    {
        int at = FindOrAdd(minute);
        ref Bucket bucket = ref _buckets[at];
        ref SlotNote note = ref notes[slot];
        if (bucket.Count++ == 0)
        {
            _blank--;
            bucket.Head = -1;
        }

        note.Previous = -1;
        note.Next = bucket.Head;
        if (bucket.Head >= 0) notes[bucket.Head].Previous = slot;
        bucket.Head = slot;
    }

    public void Remove(int slot, uint minute)
    {
        ref Bucket bucket = ref _buckets[Find(minute)];
        ref SlotNote note = ref notes[slot];
        if (note.Previous >= 0) notes[note.Previous].Next = note.Next;
        else bucket.Head = note.Next;
        if (note.Next >= 0) notes[note.Next].Previous = note.Previous;
        if (--bucket.Count == 0)
        {
            _blank++;
            DropBlank();
        }
    }

    /// <summary>How many have had their state since this minute or longer.</summary>
    public long CountUpTo(uint minute)
    {
        long count = 0;
        for (int i = _first; i < _end && _buckets[i].Minute <= minute; i++) count += _buckets[i].Count;
        return count;
    }

    /// <summary>Slots of the oldest minutes until there are enough, those of one minute in no order that means anything.</summary>
    public int TakeOldest(Span<int> slots)
    {
        int taken = 0;
        for (int i = _first; i < _end && taken < slots.Length; i++)
        {
            if (_buckets[i].Count == 0) continue;
            for (int slot = _buckets[i].Head; slot >= 0 && taken < slots.Length; slot = notes[slot].Next) slots[taken++] = slot;
        }

        return taken;
    }

    /// <summary>The place of the minute's bucket, or, as its complement, where it would be.</summary>
    private int Find(uint minute)
    {
        if (_lastUsed >= _first && _lastUsed < _end && _buckets[_lastUsed].Minute == minute) return _lastUsed;
        int low = _first;
        int high = _end - 1;
        while (low <= high)
        {
            int middle = (low + high) >> 1;
            uint found = _buckets[middle].Minute;
            if (found == minute) return _lastUsed = middle;
            if (found < minute) low = middle + 1;
            else high = middle - 1;
        }

        return ~low;
    }

    private int FindOrAdd(uint minute)
    {
        int at = Find(minute);
        if (at >= 0) return at;
        at = ~at;
        if (_end == _buckets.Length)
        {
            at -= _first;
            MakeRoom();
            at += _first;
        }

        Array.Copy(_buckets, at, _buckets, at + 1, _end - at);
        _buckets[at] = new() { Minute = minute };
        _end++;
        _blank++;
        return _lastUsed = at;
    }

    private void MakeRoom()
    {
        Bucket[] target = _first > _buckets.Length / 2 ? _buckets : new Bucket[_buckets.Length * 2];
        Array.Copy(_buckets, _first, target, 0, _end - _first);
        _buckets = target;
        _end -= _first;
        _first = 0;
    }

    /// <summary>Minutes without actions go as soon as they are the oldest, others when they are many.</summary>
    private void DropBlank()
    {
        while (_first < _end && _buckets[_first].Count == 0)
        {
            _first++;
            _blank--;
        }

        if (_blank <= 64 || _blank <= Minutes / 2) return;
        int kept = _first;
        for (int i = _first; i < _end; i++)
        {
            if (_buckets[i].Count > 0) _buckets[kept++] = _buckets[i];
        }

        _end = kept;
        _blank = 0;
    }

    private struct Bucket
    {
        public uint Minute;
        public int Head;
        public int Count;
    }
}
