namespace Weir.Coordinator.Requests;

/// <summary>A list of requests that is linked through their slots, so that any of them leaves it at once.</summary>
internal struct SlotList
{
    public int Head;
    public int Tail;
    public int Count;

    public SlotList()
    {
        Head = RequestStore.None;
        Tail = RequestStore.None;
    }

    public void Append(RequestStore store, int slot)
    {
        ref RequestSlot request = ref store[slot];
        request.Prev = Tail;
        request.Next = RequestStore.None;
        if (Tail == RequestStore.None) Head = slot;
        else store[Tail].Next = slot;
        Tail = slot;
        Count++;
    }

    public void Remove(RequestStore store, int slot)
    {
        ref RequestSlot request = ref store[slot];
        if (request.Prev == RequestStore.None) Head = request.Next;
        else store[request.Prev].Next = request.Next;
        if (request.Next == RequestStore.None) Tail = request.Prev;
        else store[request.Next].Prev = request.Prev;
        request.Prev = RequestStore.None;
        request.Next = RequestStore.None;
        Count--;
    }
}
