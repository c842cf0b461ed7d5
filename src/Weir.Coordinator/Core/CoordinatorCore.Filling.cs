using Weir.Coordinator.Requests;
using Weir.Coordinator.Scheduling;
using Weir.Lustre.Llapi;

namespace Weir.Coordinator.Core;

/// <content>
/// Lists are filled from one source after another. A list has one archive id and one set of flags, so a source may wait with others; one that
/// was passed over <see cref="MostPassedOver"/> times begins the agent's next list.
/// </content>
public sealed partial class CoordinatorCore
{
    /// <summary>How many lists to an agent a source that it could be served from is passed over because of its flags or archive id.</summary>
    internal const int MostPassedOver = 3;

    /// <summary>How many requests that are too large for an agent a list is looked for behind; they go to the end of their lines.</summary>
    private const int MostPutAside = 10_000;

    private readonly List<int> _putAside = [];

    /// <summary>Begins the list with the source that was passed over most often, if that was too often; gives the source, and how many it gave.</summary>
    private (WorkSource? Source, long Taken) BeginWithOverdue(Agent agent)
    {
        WorkSource? overdue = null;
        foreach (WorkSource source in agent.Sources)
        {
            if (source.PassedOver < MostPassedOver || source.PassedOver <= (overdue?.PassedOver ?? 0) || RoomFor(agent, source) <= 0) continue;
            if (PeekNext(agent, source, FilterFor(agent)) is not null) overdue = source;
        }

        if (overdue is null) return default;
        overdue.PassedOver = 0;
        return (overdue, Fill(agent, overdue, 1));
    }

    /// <summary>Takes what the list and the agent have room for, and counts when the source's next request has to wait for a list of another kind.</summary>
    private void FillOrPassOver(Agent agent, WorkSource source, long begun)
    {
        long most = MostFrom(agent, source, begun);
        if (most <= 0) return;
        bool isPassedOver = begun == 0 && _listOf is not null && IsPassedOver(agent, source);
        long taken = Fill(agent, source, most);
        if (isPassedOver) source.PassedOver++;
        else if (taken > 0) source.PassedOver = 0;
    }

    /// <summary>Whether what is next in a source cannot stand in the list. What the agent cannot be given at all does not count as next.</summary>
    private bool IsPassedOver(Agent agent, WorkSource source)
    {
        if (PeekNext(agent, source, FilterFor(agent, null)) is not { } line) return false;
        if (_listOf != (line.Lane.Group.ArchiveId, line.Lane.Flags)) return true;
        ref RequestSlot next = ref _store[line.Peek(_store)];
        return IsGhost(agent, ref next) || !Fits(agent, ref next);
    }

    /// <summary>Whether the agent may run it still: a key is never handed twice to one agent.</summary>
    private static bool IsGhost(Agent agent, ref RequestSlot request) => agent.Ghosts.Count > 0 && agent.Ghosts.Contains(request.Key);

    /// <summary>Whether the agent's buffer has room for it when there is nothing else in it.</summary>
    private static bool Fits(Agent agent, ref RequestSlot request) => CountedBytes(ref request) <= agent.Limits.MaxBytes;

    private static int CountedBytes(ref RequestSlot request) => HsmActionItem.HeadBytes + HsmRequest.ItemBytesOf(request.Data?.Length ?? 0);

    /// <summary>How many of the source the agent may still have.</summary>
    private long RoomFor(Agent agent, WorkSource source)
    {
        long limit = agent.Limits.Of(source.Kind);
        long room = _options.MaxRunningPerAgent - agent.RunningCounts.Total;
        if (limit >= 0) room = Math.Min(room, limit - agent.RunningCounts.Of(source.Kind));
        if (source.Slot is { } slot && agent.Limits.MaxArchive >= 0)
        {
            int slots = agent.Slots.Length;
            room = Math.Min(room, ((agent.Limits.MaxArchive + slots - 1) / slots) - slot.Running);
        }

        return room;
    }

    /// <summary>How many of the source the list may have, <paramref name="begun"/> of which it has already.</summary>
    private long MostFrom(Agent agent, WorkSource source, long begun)
    {
        long room = RoomFor(agent, source);
        if (source.Slot is not null || source.IsOwn) return room;

        // Everybody that is connected gets a part of what waits for all, and at least one.
        long count = _global.Plain(source.Kind).Count + begun;
        return count == 0 ? 0 : Math.Min(room, Math.Max(1, (count + _connected.Count - 1) / _connected.Count) - begun);
    }

    /// <summary>The line of a source that is to be served next; null when the filter allows none.</summary>
    private Line? PeekNext(Agent agent, WorkSource source, in PickFilter filter)
    {
        if (source.Slot is not { } slot) return QueueOf(agent, source).Peek(_store, filter);
        return (slot.IsFree ? PeekHint(agent, filter) : slot.Waiting > 0 ? slot.Queue : PeekRefill(agent, slot))?.Peek(_store, filter);
    }

    private WaitingQueue QueueOf(Agent agent, WorkSource source) => source.IsOwn ? agent.Queues.Plain(source.Kind) : _global.Plain(source.Kind);

    /// <summary>Takes up to so many requests of a source that fit in the list; gives how many.</summary>
    private long Fill(Agent agent, WorkSource source, long most)
    {
        if (most <= 0) return 0;
        if (source.Slot is not { } slot) return Fill(agent, QueueOf(agent, source), most);
        if (slot.IsFree && !FillSlot(agent, slot, FilterFor(agent))) return 0;
        if (slot.Waiting == 0) RefillSlot(agent, slot);
        long taken = Fill(agent, slot.Queue!, most);
        if (taken > 0) slot.LastUse = _now;
        return taken;
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
            if (IsGhost(agent, ref request) || (!Fits(agent, ref request) && _putAside.Count < MostPutAside))
            {
                // The others go on without it.
                queue.Remove(_store, slot);
                _putAside.Add(slot);
                continue;
            }

            if (_itemBytes + CountedBytes(ref request) > agent.Limits.MaxBytes) break;
            queue.Take(_store, line, isFirst: _listOf is null);
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

    private PickFilter FilterFor(Agent agent) => FilterFor(agent, _listOf);

    private PickFilter FilterFor(Agent agent, (uint ArchiveId, ulong Flags)? list) => new()
    {
        ArchiveIds = agent.ArchiveFilter,
        TakesRawData = agent.TakesRawData,
        Rates = _rates,
        IsFixed = list is not null,
        ArchiveId = list?.ArchiveId ?? 0,
        Flags = list?.Flags ?? 0,
        MaxLead = _options.MaxLead * Share.Unit,
    };
}
