using System.Buffers;
using Weir.Coordinator.Requests;
using Weir.Coordinator.Scheduling;
using Weir.Lustre;
using Weir.Lustre.Llapi;

namespace Weir.Coordinator.Core;

/// <content>Lists for agents that wait.</content>
public sealed partial class CoordinatorCore
{
    private HsmRequest[] _items = [];
    private int _itemCount;
    private long _itemBytes;
    private int _firstServed;
    private readonly List<int> _putAside = [];

    /// <summary>
    /// The agent asks for work. Its answer is a <see cref="HandOut"/>, in this turn or a later one; until then it waits.
    /// </summary>
    public ReceiveOutcome Receive(Agent agent, in ReceiveLimits limits)
    {
        ArgumentNullException.ThrowIfNull(agent);
        if (agent.State != AgentState.Ready || agent.IsReclaiming) return ReceiveOutcome.NotReady;
        if (limits.MaxBytes < ReceiveLimits.LeastBytes) return ReceiveOutcome.BufferTooSmall;
        Begin();
        agent.Limits = limits;
        agent.State = AgentState.Waiting;
        agent.LookedAt = -1;
        Serve(agent);
        return ReceiveOutcome.Waiting;
    }

    /// <summary>Looks at every waiting agent for which something has changed; each time another is the first.</summary>
    private void Pump()
    {
        int count = _connected.Count;
        if (count == 0) return;
        _firstServed = (_firstServed + 1) % count;
        for (int i = 0; i < count; i++)
        {
            Agent agent = _connected[(_firstServed + i) % count];
            if (agent.State == AgentState.Waiting && agent.LookedAt != _changes) Serve(agent);
        }
    }

    /// <summary>Gives a waiting agent what it may have now, if that is anything.</summary>
    private void Serve(Agent agent)
    {
        agent.LookedAt = _changes;
        _itemCount = 0;
        _itemBytes = 0;
        if (agent.PendingCancels > 0) AddCancels(agent);
        if (MayHaveWork(agent))
        {
            if (_rates is not null) _rates.Now = _now;
            foreach (HsmAction kind in Kinds) AddWork(agent, kind);
        }

        if (_itemCount == 0) return;
        _turn.Rented.Add(_items);
        _turn.Effects.Add(new HandOut(agent, agent.Connection, _items[0].ArchiveId, _items[0].Flags, _items.AsMemory(0, _itemCount)));
        _items = [];
        agent.State = AgentState.Ready;
    }

    private bool MayHaveWork(Agent agent) =>
        Lock == LockMode.Unlocked && agent.BackOffEnd <= _now && (agent.Rate is null || agent.Rate.HasToken(_now));

    private void AddCancels(Agent agent)
    {
        for (int left = agent.Cancels.Count; left > 0; left--)
        {
            (int slot, ulong order) = agent.Cancels.Dequeue();
            if (!IsCancelOf(agent, slot, order)) continue;
            ref RequestSlot request = ref _store[slot];
            bool fits = _itemBytes + HsmActionItem.HeadBytes + HsmRequest.ItemBytesOf(0) <= agent.Limits.MaxBytes;
            if (!fits || (_itemCount > 0 && (_items[0].ArchiveId != request.ArchiveId || _items[0].Flags != request.Flags)))
            {
                agent.Cancels.Enqueue((slot, order));
                continue;
            }

            request.Set(SlotMarks.CancelSent);
            agent.PendingCancels--;
            _cancelsPending--;
            _journal.CancelSent(slot);
            AddItem(new()
            {
                Action = HsmAction.Cancel,
                Fid = request.Fid,
                DataFid = request.DataFid,
                Cookie = request.Cookie,
                ExtentOffset = request.ExtentOffset,
                ExtentLength = request.ExtentLength,
                ArchiveId = request.ArchiveId,
                Flags = request.Flags,
                TimestampNs = request.TimestampNs,
            });
        }
    }

    /// <summary>Whether a cancel that waits still concerns something that the agent runs.</summary>
    private bool IsCancelOf(Agent agent, int slot, ulong order)
    {
        if (!_store.IsUsed(slot)) return false;
        ref RequestSlot request = ref _store[slot];
        return request.Order == order && request.State == RequestState.Running && request.Agent == agent.Number
            && request.Has(SlotMarks.Cancelled) && !request.Has(SlotMarks.CancelSent);
    }

    private void AddWork(Agent agent, HsmAction kind)
    {
        long limit = agent.Limits.Of(kind);
        long room = _options.MaxRunningPerAgent - agent.RunningCounts.Total;
        if (limit >= 0) room = Math.Min(room, limit - agent.RunningCounts.Of(kind));
        if (room <= 0) return;
        if (kind == HsmAction.Archive && _options.Batches is not null)
        {
            AddBatches(agent, room);
            return;
        }

        WaitingQueue own = agent.Queues.Plain(kind);
        if (own.Count > 0) room -= Fill(agent, own, room);
        WaitingQueue common = _global.Plain(kind);
        if (common.Count == 0) return;

        // Everybody that is connected gets a part, and at least one.
        long share = Math.Max(1, (common.Count + _connected.Count - 1) / _connected.Count);
        Fill(agent, common, Math.Min(room, share));
    }

    private void AddBatches(Agent agent, long room)
    {
        int slots = agent.Slots.Length;
        long perSlot = agent.Limits.MaxArchive < 0 ? long.MaxValue : (agent.Limits.MaxArchive + slots - 1) / slots;
        foreach (BatchSlot slot in agent.Slots)
        {
            if (slot.IsExpired(_options.Batches!, _now)) GiveUpSlot(agent, slot);
            if (slot.IsFree && !FillSlot(agent, slot, FilterFor(agent))) continue;
            if (slot.Waiting == 0) RefillSlot(agent, slot);
            long taken = Fill(agent, slot.Queue!, Math.Min(room, perSlot - slot.Running));
            if (taken > 0) slot.LastUse = _now;
            room -= taken;
        }
    }

    /// <summary>Takes up to so many requests of a queue that fit in the list; gives how many.</summary>
    private long Fill(Agent agent, WaitingQueue queue, long most)
    {
        long taken = 0;
        while (taken < most && queue.Peek(_store, FilterFor(agent)) is { } line)
        {
            if (agent.Rate is { } rate && !rate.HasToken(_now)) break;
            int slot = line.Peek(_store);
            ref RequestSlot request = ref _store[slot];
            if (agent.Ghosts.Count > 0 && agent.Ghosts.Contains(request.Key))
            {
                // It may run it still: a key is never handed twice to one agent. The others go on without it.
                queue.Remove(_store, slot);
                _putAside.Add(slot);
                continue;
            }

            int bytes = HsmActionItem.HeadBytes + HsmRequest.ItemBytesOf(request.Data?.Length ?? 0);
            if (_itemBytes + bytes > agent.Limits.MaxBytes) break;
            queue.Take(_store, line);
            HandTo(slot, agent);
            taken++;
        }

        PutBack(queue);
        return taken;
    }

    private void PutBack(WaitingQueue queue)
    {
        foreach (int slot in _putAside)
        {
            ref RequestSlot request = ref _store[slot];
            queue.Add(_store, slot, isReturned: false, _classes[request.Class].ShareOf(ref request));
        }

        _putAside.Clear();
    }

    /// <summary>A request that was just taken from its queue becomes the agent's, and an item of its list.</summary>
    private void HandTo(int slot, Agent agent)
    {
        ref RequestSlot request = ref _store[slot];
        _queued.Add(request.Action, -1);
        agent.Rate?.Take();
        _rates?.Take(request.ArchiveId);
        AddItem(request.ToRequest());
        _events.Sent(request, agent.Id, Math.Max(0, _wallMs - request.SinceMs));
        bool waitedForAll = request.Agent == 0;
        if (request.Has(SlotMarks.Reported))
        {
            if (waitedForAll) Report(slot, "assign", agent.Id);
            Report(slot, "sent", agent.Id);
        }

        Start(slot, agent);
    }

    private void AddItem(in HsmRequest item)
    {
        if (_itemCount == _items.Length) GrowItems();
        _items[_itemCount++] = item;
        _itemBytes += item.CountedBytes;
    }

    private void GrowItems()
    {
        HsmRequest[] larger = ArrayPool<HsmRequest>.Shared.Rent(Math.Max(16, _items.Length * 2));
        _items.AsSpan(0, _itemCount).CopyTo(larger);
        if (_items.Length > 0) ArrayPool<HsmRequest>.Shared.Return(_items, clearArray: true);
        _items = larger;
    }

    private PickFilter FilterFor(Agent agent) => new()
    {
        ArchiveIds = agent.ArchiveFilter,
        TakesRawData = agent.TakesRawData,
        Rates = _rates,
        IsFixed = _itemCount > 0,
        ArchiveId = _itemCount > 0 ? _items[0].ArchiveId : 0,
        Flags = _itemCount > 0 ? _items[0].Flags : 0,
    };
}
