using Weir.Coordinator.Requests;
using Weir.Coordinator.Scheduling;
using Weir.Lustre;

namespace Weir.Coordinator.Core;

/// <content>What there is to see. Lists are read as they are walked: the core must not be called meanwhile.</content>
public sealed partial class CoordinatorCore
{
    /// <summary>What waits for all agents, of one kind. With batches on, archives that no slot has yet.</summary>
    public IEnumerable<RequestSummary> Waiting(HsmAction action) => Summaries(_global.Queues(action).SelectMany(queue => queue.All(_store)));

    /// <summary>What waits for one agent alone, of one kind; for archives its slots included.</summary>
    public IEnumerable<RequestSummary> Waiting(Agent agent, HsmAction action)
    {
        ArgumentNullException.ThrowIfNull(agent);
        IEnumerable<int> own = agent.Queues.Queues(action).SelectMany(queue => queue.All(_store));
        if (action == HsmAction.Archive) own = own.Concat(agent.Slots.SelectMany(slot => slot.Queue?.All(_store) ?? []));
        return Summaries(own);
    }

    /// <summary>What an agent runs, oldest first.</summary>
    public IEnumerable<RequestSummary> RunningAt(Agent agent)
    {
        ArgumentNullException.ThrowIfNull(agent);
        for (int slot = agent.RunningList.Head; slot >= 0; slot = _store[slot].Next) yield return Summary(slot);
    }

    /// <summary>An agent's batch slots that are taken.</summary>
    public IEnumerable<BatchStatus> Batches(Agent agent)
    {
        ArgumentNullException.ThrowIfNull(agent);
        Begin();
        if (_options.Batches is not { } batches) yield break;
        foreach (BatchSlot slot in agent.Slots)
        {
            if (slot.IsFree) continue;
            TimeSpan? max = batches.Max > TimeSpan.Zero ? slot.TakenAt + batches.Max - _now : null;
            yield return new(slot.Hint, slot.Running, slot.Waiting, slot.LastUse + batches.Idle - _now, max);
        }
    }

    /// <summary>Since when the oldest waiting request of each class and kind waits; classes without any are left out. Cost grows with the lines, not with the requests.</summary>
    public IReadOnlyList<ClassStatus> ClassStatuses()
    {
        var statuses = new Dictionary<(byte Class, HsmAction Kind), (long Count, long SinceMs)>();
        foreach (HsmAction kind in Kinds)
        {
            IEnumerable<WaitingQueue> queues = _global.Queues(kind).Concat(_byId.Values.SelectMany(agent => agent.Queues.Queues(kind)));
            if (kind == HsmAction.Archive) queues = queues.Concat(_byId.Values.SelectMany(agent => agent.Slots.Where(slot => slot.Queue is not null).Select(slot => slot.Queue!)));
            foreach (Line line in queues.SelectMany(queue => queue.Lines()).Where(line => line.Count > 0))
            {
                (byte, HsmAction) key = (line.Lane.Group.Queue.Class.Index, kind);
                (long Count, long SinceMs) known = statuses.GetValueOrDefault(key, (0, long.MaxValue));
                statuses[key] = (known.Count + line.Count, Math.Min(known.SinceMs, _store[line.Peek(_store)].SinceMs));
            }
        }

        return [.. statuses.OrderBy(entry => entry.Key).Select(entry => new ClassStatus(
            _classes[entry.Key.Class].Rules.Name, entry.Key.Kind, entry.Value.Count, DateTimeOffset.FromUnixTimeMilliseconds(entry.Value.SinceMs)))];
    }

    private IEnumerable<RequestSummary> Summaries(IEnumerable<int> slots) => slots.Select(Summary);

    private RequestSummary Summary(int slot)
    {
        ref RequestSlot request = ref _store[slot];
        return new(request.Key, request.Action, request.ArchiveId, request.Flags, request.Data);
    }
}
