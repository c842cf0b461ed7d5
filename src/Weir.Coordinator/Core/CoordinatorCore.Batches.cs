using Weir.Coordinator.Scheduling;

namespace Weir.Coordinator.Core;

/// <content>Batch slots: taken for a hint, given up when their time is over.</content>
public sealed partial class CoordinatorCore
{
    /// <summary>Free slots of connected agents.</summary>
    private int _freeSlots;

    private void TakeSlot(Agent agent, BatchSlot slot, HintQueue hint)
    {
        slot.Hint = hint.Hint;
        slot.Queue = hint.Queue;
        slot.Queue.Place = new(agent, slot);
        slot.TakenAt = _now;
        slot.LastUse = _now;
        slot.Running = 0;
        if (agent.IsConnected) _freeSlots--;
        if (!_slotOfHint.TryGetValue(hint.Hint, out (Agent Agent, BatchSlot Slot) kept) || !kept.Agent.IsConnected) _slotOfHint[hint.Hint] = (agent, slot);
    }

    /// <summary>The slot is free again; what waited in it goes back to the agent's own queue.</summary>
    private void GiveUpSlot(Agent agent, BatchSlot slot)
    {
        if (_slotOfHint.TryGetValue(slot.Hint!, out (Agent Agent, BatchSlot Slot) kept) && kept.Slot == slot) _slotOfHint.Remove(slot.Hint!);
        if (slot.Queue!.Count > 0)
        {
            foreach (int request in slot.Queue.All(_store)) _store[request].Agent = agent.Number;
            agent.Queues.PutHint(_store, new(slot.Hint!, slot.Queue) { Since = _lastOrder + 1 });
        }

        slot.Hint = null;
        slot.Queue = null;
        slot.Running = 0;
        if (agent.IsConnected) _freeSlots++;
        _changes++;
    }

    private void ExpireSlots()
    {
        if (_options.Batches is null) return;
        foreach (Agent agent in _byId.Values) ExpireSlots(agent);
    }

    private void ExpireSlots(Agent agent)
    {
        foreach (BatchSlot slot in agent.Slots)
        {
            if (slot.IsExpired(_options.Batches!, _now)) GiveUpSlot(agent, slot);
        }
    }

    /// <summary>Gives a free slot to the hint that has waited longest, of those that wait for the agent and those that wait for all.</summary>
    private bool FillSlot(Agent agent, BatchSlot slot, in PickFilter filter)
    {
        if (PeekHint(agent, filter, out HintQueue? hint) is not { } queues) return false;
        TakeSlot(agent, slot, queues.TakeHint(hint!.Hint)!);
        return true;
    }

    private WaitingQueue? PeekHint(Agent agent, in PickFilter filter) => PeekHint(agent, filter, out HintQueue? hint) is null ? null : hint!.Queue;

    /// <summary>The hint that a free slot would be given to, and where it waits; null when there is none.</summary>
    private PlaceQueues? PeekHint(Agent agent, in PickFilter filter, out HintQueue? hint)
    {
        HintQueue? own = agent.Queues.PeekHint(_store, filter);
        HintQueue? common = _global.PeekHint(_store, filter);
        hint = common is null || (own is not null && own.Since <= common.Since) ? own : common;
        return hint is null ? null : hint == own ? agent.Queues : _global;
    }

    /// <summary>What a slot that has nothing more to do would go on with.</summary>
    private WaitingQueue? PeekRefill(Agent agent, BatchSlot slot) => (agent.Queues.FindHint(slot.Hint!) ?? _global.FindHint(slot.Hint!))?.Queue;

    /// <summary>A slot that has nothing more to do goes on with what waits elsewhere for the same hint.</summary>
    private void RefillSlot(Agent agent, BatchSlot slot)
    {
        if ((agent.Queues.TakeHint(slot.Hint!) ?? _global.TakeHint(slot.Hint!)) is not { } hint) return;
        slot.Queue = hint.Queue;
        slot.Queue.Place = new(agent, slot);
    }

    /// <summary>An agent that comes back after a restart keeps the slots for what it runs.</summary>
    private void KeepSlots(Agent agent)
    {
        if (_options.Batches is null || !Array.TrueForAll(agent.Slots, slot => slot.IsFree)) return;
        for (int request = agent.RunningList.Head; request >= 0; request = _store[request].Next)
        {
            if (_store[request].Action != Lustre.HsmAction.Archive) continue;
            byte[] hint = _store[request].Data ?? [];
            BatchSlot? slot = SlotOf(agent, hint);
            if (slot is null)
            {
                slot = Array.Find(agent.Slots, candidate => candidate.IsFree);
                if (slot is null) return;
                TakeSlot(agent, slot, _global.TakeHint(hint) ?? new(hint, new WaitingQueue(_classes, new(agent, slot))));
            }

            slot.Running++;
        }
    }

    private static BatchSlot? SlotOf(Agent agent, byte[]? hint) =>
        Array.Find(agent.Slots, slot => slot.Hint is { } kept && kept.AsSpan().SequenceEqual(hint));
}
