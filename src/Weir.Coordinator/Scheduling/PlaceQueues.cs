using Weir.Coordinator.Requests;
using Weir.Lustre;

namespace Weir.Coordinator.Scheduling;

/// <summary>
/// Everything that waits for one agent, or for all of them: a queue per kind of work, and with batches on, archives by their hint, the hint
/// that has waited longest first.
/// </summary>
internal sealed class PlaceQueues(IReadOnlyList<ClassRules> classes, Place place, bool hasBatches)
{
    private readonly WaitingQueue _archives = new(classes, place);
    private readonly WaitingQueue _restores = new(classes, place);
    private readonly WaitingQueue _removes = new(classes, place);
    private readonly LinkedList<HintQueue> _hintOrder = new();
    private readonly Dictionary<byte[], LinkedListNode<HintQueue>> _hints = new(ByteStrings.Comparer);

    public Place Place => place;

    /// <summary>Every queue that a request of a kind can be in, the slots' apart.</summary>
    public IEnumerable<WaitingQueue> Queues(HsmAction action) =>
        action == HsmAction.Archive && hasBatches ? _hintOrder.Select(hint => hint.Queue) : [Plain(action)];

    /// <summary>How many of a kind wait here, the slots' apart.</summary>
    public int Count(HsmAction action) => action == HsmAction.Archive && hasBatches ? HintedCount : Plain(action).Count;

    /// <summary>The queue of a kind of work; with batches on, not that of archives.</summary>
    public WaitingQueue Plain(HsmAction action) => action switch
    {
        HsmAction.Archive => _archives,
        HsmAction.Restore => _restores,
        _ => _removes,
    };

    /// <summary>The queue that a new request goes to.</summary>
    private WaitingQueue QueueFor(HsmAction action, byte[]? data, ulong order)
    {
        if (action != HsmAction.Archive || !hasBatches) return Plain(action);
        byte[] hint = data ?? [];
        if (_hints.TryGetValue(hint, out LinkedListNode<HintQueue>? node)) return node.Value.Queue;
        node = _hintOrder.AddLast(new HintQueue(hint, new WaitingQueue(classes, place)) { Since = order });
        _hints.Add(hint, node);
        return node.Value.Queue;
    }

    /// <summary>Whether there is room for one more combination of archive id and flags, or this one is in use.</summary>
    public bool HasRoom(HsmAction action, uint archiveId, ulong flags, int maxLanes) =>
        (hasBatches && action == HsmAction.Archive) || Plain(action).HasRoom(archiveId, flags, maxLanes);

    /// <summary>Adds a request to its queue.</summary>
    public void Add(RequestStore store, int slot, bool isReturned)
    {
        ref RequestSlot request = ref store[slot];
        QueueFor(request.Action, request.Data, request.Order).Add(store, slot, isReturned, classes[request.Class].ShareOf(ref request));
        if (hasBatches && request.Action == HsmAction.Archive) HintedCount++;
    }

    /// <summary>Takes a request out that waits here, in no slot.</summary>
    public void Remove(RequestStore store, int slot)
    {
        ref RequestSlot request = ref store[slot];
        WaitingQueue queue = request.Line!.Lane.Group.Queue.Queue!;
        queue.Remove(store, slot);
        if (!hasBatches || request.Action != HsmAction.Archive) return;
        HintedCount--;
        if (queue.Count == 0) DropHint(request.Data ?? []);
    }

    /// <summary>The hint that has waited longest and has something that the agent may have; null when there is none.</summary>
    public HintQueue? PeekHint(RequestStore store, in PickFilter filter)
    {
        for (LinkedListNode<HintQueue>? node = _hintOrder.First; node is not null; node = node.Next)
        {
            if (node.Value.Queue.Peek(store, filter) is not null) return node.Value;
        }

        return null;
    }

    /// <summary>The queue of one hint; null when there is none.</summary>
    public HintQueue? FindHint(byte[] hint) => _hints.GetValueOrDefault(hint)?.Value;

    /// <summary>Takes out the queue of one hint; null when there is none.</summary>
    public HintQueue? TakeHint(byte[] hint)
    {
        if (!_hints.TryGetValue(hint, out LinkedListNode<HintQueue>? node)) return null;
        HintedCount -= node.Value.Queue.Count;
        DropHint(hint);
        return node.Value;
    }

    /// <summary>Takes in what waited in a slot that was given up.</summary>
    public void PutHint(RequestStore store, HintQueue hint)
    {
        if (_hints.ContainsKey(hint.Hint))
        {
            foreach (int slot in hint.Queue.All(store).OrderBy(slot => store[slot].Order).ToArray())
            {
                hint.Queue.Remove(store, slot);
                Add(store, slot, isReturned: false);
            }

            return;
        }

        hint.Queue.Place = place;
        HintedCount += hint.Queue.Count;
        _hints.Add(hint.Hint, _hintOrder.AddLast(hint));
    }

    private int HintedCount { get; set; }

    private void DropHint(byte[] hint)
    {
        if (_hints.Remove(hint, out LinkedListNode<HintQueue>? node)) _hintOrder.Remove(node);
    }
}

/// <summary>Archives with one hint.</summary>
internal sealed record HintQueue(byte[] Hint, WaitingQueue Queue)
{
    /// <summary>Since when it waits, as an order of the requests.</summary>
    public ulong Since { get; init; }
}
