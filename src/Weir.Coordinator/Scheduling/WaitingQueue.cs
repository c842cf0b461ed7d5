using Weir.Coordinator.Requests;

namespace Weir.Coordinator.Scheduling;

/// <summary>
/// Requests of one kind of work that wait in one place: for everybody, for one agent, or in a batch slot. Adding, taking and removing cost
/// the same however many wait; they grow with the number of classes, archive ids and flags only.
/// </summary>
internal sealed class WaitingQueue(IReadOnlyList<ClassRules> classes, Place place)
{
    private readonly ClassQueue?[] _byClass = new ClassQueue?[classes.Count];

    /// <summary>Where it is; a batch's queue moves.</summary>
    public Place Place { get; set; } = place;

    public int Count { get; private set; }

    /// <summary>Combinations of archive id and flags in use.</summary>
    public int Lanes { get; set; }

    public void Add(RequestStore store, int slot, bool isReturned, in ShareKey key)
    {
        byte at = store[slot].Class;
        ClassQueue queue = _byClass[at] ??= new(classes[at]);
        queue.Queue ??= this;
        queue.Add(store, slot, isReturned, key);
        Count++;
    }

    public void Remove(RequestStore store, int slot)
    {
        Line line = store[slot].Line!;
        line.Lane.Group.Queue.Remove(store, line, slot);
        Count--;
    }

    /// <summary>Whether there is room for one more combination of archive id and flags, or this one is in use.</summary>
    public bool HasRoom(uint archiveId, ulong flags, int maxLanes) =>
        Lanes < maxLanes || Array.Exists(_byClass, queue => queue is not null && queue.HasLane(archiveId, flags));

    /// <summary>The line to be served next: the highest class that has one the filter allows.</summary>
    public Line? Peek(RequestStore store, in PickFilter filter)
    {
        if (Count == 0) return null;
        foreach (ClassQueue? queue in _byClass)
        {
            if (queue is { Count: > 0 } && queue.Peek(store, filter) is { } line) return line;
        }

        return null;
    }

    /// <summary>Takes the first request of a line that was peeked at and not touched since.</summary>
    /// <param name="store">Where the requests are.</param>
    /// <param name="line">The line.</param>
    /// <param name="isFirst">Whether the list begins with it.</param>
    public int Take(RequestStore store, Line line, bool isFirst)
    {
        int slot = line.Lane.Group.Queue.Take(store, line, isFirst);
        Count--;
        return slot;
    }

    /// <summary>Every request, line by line.</summary>
    public IEnumerable<int> All(RequestStore store) => Lines().SelectMany(line => line.All(store));

    /// <summary>Every line that has requests.</summary>
    public IEnumerable<Line> Lines() =>
        from queue in _byClass
        where queue is not null
        from @group in queue.Groups
        from lane in @group.Lanes
        from line in lane.Lines()
        select line;
}
