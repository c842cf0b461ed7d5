using Weir.Coordinator.Requests;

namespace Weir.Coordinator.Scheduling;

/// <summary>
/// Requests that wait one behind the other: those of one lane and, with fair queueing, one share. What has come back from an agent may stand
/// by its time in a heap beside the list.
/// </summary>
internal sealed class Line(Lane lane, Share? share)
{
    private SlotList _list = new();
    private PriorityQueue<(int Slot, ulong Order), (long MadeNs, ulong Order)>? _returned;
    private int _returnedCount;

    public Lane Lane => lane;

    public Share? Share => share;

    public int Count => _list.Count + _returnedCount;

    /// <summary>Whether it is in its lane's heap.</summary>
    public bool IsRanked { get; set; }

    public void Append(RequestStore store, int slot)
    {
        store[slot].Line = this;
        _list.Append(store, slot);
    }

    /// <summary>Adds what has come back, by the time it was made.</summary>
    public void Return(RequestStore store, int slot)
    {
        ref RequestSlot request = ref store[slot];
        request.Line = this;
        request.Set(SlotMarks.Returned);
        (_returned ??= new()).Enqueue((slot, request.Order), (request.TimestampNs, request.Order));
        _returnedCount++;
    }

    /// <summary>The first; the line must not be empty.</summary>
    public int Peek(RequestStore store)
    {
        int returned = PeekReturned(store);
        if (returned == RequestStore.None) return _list.Head;
        if (_list.Head == RequestStore.None) return returned;
        return store[returned].TimestampNs <= store[_list.Head].TimestampNs ? returned : _list.Head;
    }

    /// <summary>Takes a request out, wherever it stands.</summary>
    public void Remove(RequestStore store, int slot)
    {
        ref RequestSlot request = ref store[slot];
        request.Line = null;
        if (!request.Has(SlotMarks.Returned))
        {
            _list.Remove(store, slot);
            return;
        }

        // Its entry in the heap no longer counts, as the line is no longer the request's.
        request.Unset(SlotMarks.Returned);
        if (--_returnedCount == 0) _returned = null;
    }

    /// <summary>How many are before a request of this line, counting no further than <paramref name="most"/>; null beyond that.</summary>
    public int? Ahead(RequestStore store, int slot, int most)
    {
        if (store[slot].Has(SlotMarks.Returned))
        {
            long made = store[slot].TimestampNs;
            ulong order = store[slot].Order;
            int before = _returned!.UnorderedItems.Count(item => item.Priority.CompareTo((made, order)) < 0 && IsCurrent(store, item.Element));
            for (int other = _list.Head; other >= 0 && store[other].TimestampNs < made; other = store[other].Next)
            {
                if (++before > most) return null;
            }

            return before;
        }

        int ahead = _returnedCount;
        for (int other = store[slot].Prev; other >= 0; other = store[other].Prev)
        {
            if (++ahead > most) return null;
        }

        return ahead;
    }

    /// <summary>Every request of the line: what has come back in no certain order, then the list.</summary>
    public IEnumerable<int> All(RequestStore store)
    {
        if (_returned is { } returned)
        {
            foreach (((int Slot, ulong Order) item, _) in returned.UnorderedItems.OrderBy(item => item.Priority))
            {
                if (IsCurrent(store, item)) yield return item.Slot;
            }
        }

        for (int slot = _list.Head; slot >= 0; slot = store[slot].Next) yield return slot;
    }

    private int PeekReturned(RequestStore store)
    {
        if (_returnedCount == 0) return RequestStore.None;
        while (_returned!.TryPeek(out (int Slot, ulong Order) first, out _))
        {
            if (IsCurrent(store, first)) return first.Slot;
            _returned.Dequeue();
        }

        return RequestStore.None;
    }

    /// <summary>An order is given once only, so a slot that was used again is not mistaken for what it held.</summary>
    private bool IsCurrent(RequestStore store, (int Slot, ulong Order) item)
    {
        ref RequestSlot request = ref store[item.Slot];
        return request.Order == item.Order && ReferenceEquals(request.Line, this);
    }
}
