using System.Buffers;
using Weir.Coordinator.Requests;
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

    /// <summary>The archive id and the flags that the list is of; null until that is settled.</summary>
    private (uint ArchiveId, ulong Flags)? _listOf;

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
        _listOf = null;
        ExpireSlots(agent);
        if (_rates is not null) _rates.Now = _now;
        bool mayHaveWork = MayHaveWork(agent);
        (WorkSource? overdue, long begun) = mayHaveWork ? BeginWithOverdue(agent) : default;
        if (agent.PendingCancels > 0) AddCancels(agent);
        if (mayHaveWork)
        {
            foreach (WorkSource source in agent.Sources) FillOrPassOver(agent, source, source == overdue ? begun : 0);
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
            if (!fits || (_listOf is { } list && list != (request.ArchiveId, request.Flags)))
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

    private void AddItem(in HsmRequest item)
    {
        if (_itemCount == _items.Length) GrowItems();
        _items[_itemCount++] = item;
        _listOf ??= (item.ArchiveId, item.Flags);
        _itemBytes += item.CountedBytes;
    }

    private void GrowItems()
    {
        HsmRequest[] larger = ArrayPool<HsmRequest>.Shared.Rent(Math.Max(16, _items.Length * 2));
        _items.AsSpan(0, _itemCount).CopyTo(larger);
        if (_items.Length > 0) ArrayPool<HsmRequest>.Shared.Return(_items, clearArray: true);
        _items = larger;
    }
}
