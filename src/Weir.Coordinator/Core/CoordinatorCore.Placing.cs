using Weir.Coordinator.Requests;
using Weir.Coordinator.Scheduling;
using Weir.Lustre;

namespace Weir.Coordinator.Core;

/// <content>Where a request waits: an agent's batch slot, an agent's own queue, or the queue of all.</content>
public sealed partial class CoordinatorCore
{
    private readonly HostTable[] _mappings;

    /// <summary>The slots that are kept for a hint; where several are, the first that was taken.</summary>
    private readonly Dictionary<byte[], (Agent Agent, BatchSlot Slot)> _slotOfHint = new(ByteStrings.Comparer);

    private readonly record struct Spot(Agent? Agent, BatchSlot? Slot);

    private PlaceQueues QueuesOf(Agent? agent) => agent?.Queues ?? _global;

    /// <summary>A consistent mapping with groups changes the data itself, before anything else looks at it.</summary>
    private void RewriteTag(ref RequestSlot request)
    {
        foreach (HostTable mapping in _mappings)
        {
            if (!mapping.Matches(request.Data)) continue;
            if (mapping.Rewrite(request.Data) is { } rewritten) request.Data = rewritten;
            return;
        }
    }

    /// <summary>Finds the place for a request that is in none.</summary>
    private Spot FindSpot(int slot)
    {
        ref RequestSlot request = ref _store[slot];
        if (request.Action != HsmAction.Archive) return default;
        if (FindSlotOfHint(ref request) is { } kept) return kept;
        if (FindHost(request.Data) is { } host) return new(host, null);
        return FindFreeSlot(ref request);
    }

    private Spot? FindSlotOfHint(ref RequestSlot request)
    {
        if (request.Data is null || !_slotOfHint.TryGetValue(request.Data, out (Agent Agent, BatchSlot Slot) kept)) return null;
        return kept.Agent.IsConnected && CanTake(kept.Agent, ref request) ? new(kept.Agent, kept.Slot) : null;
    }

    private static bool CanTake(Agent agent, ref RequestSlot request) =>
        agent.Serves(request.ArchiveId) && (agent.TakesRawData || !request.Has(SlotMarks.RawData));

    /// <summary>The agent that the first mapping for this data leads to; null when there is none.</summary>
    private Agent? FindHost(byte[]? data)
    {
        if (data is null) return null;
        foreach (HostTable mapping in _mappings)
        {
            if (!mapping.Matches(data)) continue;
            if (mapping.IsConsistent) return FindOrAwait(mapping.HostOf(data));
            return FindHost(mapping.Hosts);
        }

        return null;
    }

    /// <summary>From a random start: the first that is connected, else the first that is within its grace time, else one to wait for.</summary>
    private Agent FindHost(IReadOnlyList<string> hosts)
    {
        int start = hosts.Count == 1 ? 0 : _random.Next(hosts.Count);
        Agent? known = null;
        for (int i = 0; i < hosts.Count; i++)
        {
            if (!_byId.TryGetValue(hosts[(start + i) % hosts.Count], out Agent? agent)) continue;
            if (agent.IsConnected) return agent;
            known ??= agent;
        }

        return known ?? FindOrAwait(hosts[start]);
    }

    /// <summary>The agent of that id; where it is not known, it is from now on, as one that left just now.</summary>
    private Agent FindOrAwait(string id)
    {
        if (_byId.TryGetValue(id, out Agent? agent)) return agent;
        agent = AddAgent(id);
        Leave(agent);
        return agent;
    }

    /// <summary>With batches on, the first free slot, agent after agent; then the second ones. None: the queue of all.</summary>
    private Spot FindFreeSlot(ref RequestSlot request)
    {
        if (_options.Batches is null || _freeSlots == 0) return default;
        byte[] hint = request.Data ?? [];
        for (int i = 0; i < _options.Batches.SlotsPerAgent; i++)
        {
            foreach (Agent agent in _connected)
            {
                BatchSlot slot = agent.Slots[i];
                if (!slot.IsFree || !CanTake(agent, ref request)) continue;
                TakeSlot(agent, slot, new(hint, new WaitingQueue(_classes, new(agent, slot))));
                return new(agent, slot);
            }
        }

        return default;
    }

    /// <summary>Puts a request in its place. What has come back may stand by its time there.</summary>
    private void Enter(int slot, Spot spot, bool isReturned)
    {
        ref RequestSlot request = ref _store[slot];
        request.State = RequestState.Queued;
        request.Order = ++_lastOrder;
        request.SinceMs = _wallMs;
        request.Agent = 0;
        if (spot.Slot is { } batch)
        {
            batch.Queue!.Add(_store, slot, isReturned, _classes[request.Class].ShareOf(ref request));
            batch.LastUse = _now;
        }
        else
        {
            // A slot's work is for all again after a restart; an agent's own stays its own.
            request.Agent = spot.Agent?.Number ?? 0;
            QueuesOf(spot.Agent).Add(_store, slot, isReturned);
        }

        if (request.Has(SlotMarks.RawData)) Watch(slot, request.Order);
        _queued.Add(request.Action, 1);
        _changes++;
    }

    /// <summary>Takes a request out of the queue it is in.</summary>
    private void Withdraw(int slot)
    {
        ref RequestSlot request = ref _store[slot];
        WaitingQueue queue = request.Line!.Lane.Group.Queue.Queue!;
        if (queue.Place.Slot is not null) queue.Remove(_store, slot);
        else QueuesOf(queue.Place.Agent).Remove(_store, slot);
        _queued.Add(request.Action, -1);
    }

    /// <summary>Tells that a request waits for one agent.</summary>
    private void Announce(int slot)
    {
        ref RequestSlot request = ref _store[slot];
        if (request.Line?.Lane.Group.Queue.Queue!.Place.Agent is not { } agent) return;
        _events.Assigned(request, agent.Id);
        if (request.Has(SlotMarks.Reported)) Report(slot, "assign", agent.Id);
    }
}
