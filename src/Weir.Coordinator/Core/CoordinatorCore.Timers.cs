using Weir.Coordinator.Requests;
using Weir.Coordinator.Scheduling;
using Weir.Lustre;

namespace Weir.Coordinator.Core;

/// <content>What happens because time passes.</content>
public sealed partial class CoordinatorCore
{
    private readonly Queue<(int Slot, ulong Order, TimeSpan Due)> _rawWaiting = new();
    private readonly Queue<(int Slot, ulong Order, TimeSpan Due)>?[] _runWatches = new Queue<(int, ulong, TimeSpan)>?[65];
    private TimeSpan _nextProgress;

    /// <summary>
    /// Does what is due: grace times and batches that are over, stuck requests, data that nobody takes, progress reports. Harmless when nothing is.
    /// Waiting agents are looked at with the turn.
    /// </summary>
    public void Tick()
    {
        Begin();
        List<Agent>? over = null;
        foreach (Agent agent in _byId.Values)
        {
            if (!agent.IsConnected && agent.GraceEnd <= _now) (over ??= []).Add(agent);
        }

        over?.Sort(static (left, right) => left.Number.CompareTo(right.Number));
        over?.ForEach(ExpireGrace);
        ExpireSlots();
        RefuseRawData();
        ReportStuck();
        ReportProgress();

        // Rates and back-offs that let something through again.
        if (_rates is not null || _options.BackOff is not null || _options.AgentRate is not null || _options.AgentRates.Count > 0) _changes++;
    }

    /// <summary>How long until <see cref="Tick"/> has something to do, zero when it has now; null when only a call from outside can change that.</summary>
    public TimeSpan? NextDeadline()
    {
        Begin();
        TimeSpan? next = null;
        foreach (Agent agent in _byId.Values)
        {
            if (!agent.IsConnected) Sooner(ref next, agent.GraceEnd);
            if (agent.State == AgentState.Waiting) SoonerForWork(ref next, agent);
            if (_options.Batches is not { } batches) continue;
            foreach (BatchSlot slot in agent.Slots) Sooner(ref next, slot.Expiry(batches));
        }

        if (_rates is not null && _queued.Total > 0)
        {
            _rates.Now = _now;
            Sooner(ref next, _rates.NextToken());
        }

        if (_rawWaiting.TryPeek(out (int, ulong, TimeSpan Due) raw)) Sooner(ref next, raw.Due);
        foreach (Queue<(int, ulong, TimeSpan Due)>? watches in _runWatches)
        {
            if (watches is not null && watches.TryPeek(out (int, ulong, TimeSpan Due) run)) Sooner(ref next, run.Due);
        }

        if (_reported.Count > 0) Sooner(ref next, _nextProgress);
        return next is null ? null : next <= _now ? TimeSpan.Zero : next - _now;
    }

    private void SoonerForWork(ref TimeSpan? next, Agent agent)
    {
        if (Lock != LockMode.Unlocked || _queued.Total == 0) return;
        if (agent.BackOffEnd > _now) Sooner(ref next, agent.BackOffEnd);
        if (agent.Rate is { } rate && !rate.HasToken(_now)) Sooner(ref next, rate.NextToken(_now));
    }

    private static void Sooner(ref TimeSpan? next, TimeSpan? at)
    {
        if (at is not null && (next is null || at < next)) next = at;
    }

    /// <summary>An agent that is only waited for, by a mapping that has no other host at hand, is waited for on.</summary>
    private void ExpireGrace(Agent agent)
    {
        if (agent.RunningCounts.Total == 0 && agent.Queues.Queues(HsmAction.Archive).Any(queue => queue.Count > 0) && NobodyElseIsThere(agent))
        {
            agent.GraceEnd = _now + _options.ClientGrace;
            return;
        }

        GiveUp(agent);
        _changes++;
    }

    private bool NobodyElseIsThere(Agent agent)
    {
        if (agent.Slots.Any(slot => !slot.IsFree)) return false;
        foreach (HostTable mapping in _mappings)
        {
            if (!mapping.Hosts.Contains(agent.Id)) continue;
            if (!mapping.IsConsistent && mapping.Hosts.Any(host => host != agent.Id && _byId.ContainsKey(host))) return false;
        }

        return _mappings.Any(mapping => mapping.Hosts.Contains(agent.Id));
    }

    /// <summary>Sees to it that a queued request whose data is not text does not wait for ever for an agent that takes it.</summary>
    private void Watch(int slot, ulong order)
    {
        DropStale(_rawWaiting, _queued.Total, RequestState.Queued);
        _rawWaiting.Enqueue((slot, order, _now + _options.ClientGrace));
    }

    /// <summary>What has ended long before its time was up does not pile up: at most about as many entries stay as there are requests they can be about.</summary>
    private void DropStale(Queue<(int Slot, ulong Order, TimeSpan Due)> watches, long requests, RequestState state)
    {
        if (watches.Count <= (2 * requests) + 1024) return;
        for (int left = watches.Count; left > 0; left--)
        {
            (int Slot, ulong Order, TimeSpan Due) entry = watches.Dequeue();
            if (_store.IsUsed(entry.Slot) && _store[entry.Slot].Order == entry.Order && _store[entry.Slot].State == state) watches.Enqueue(entry);
        }
    }

    private void RefuseRawData()
    {
        while (_rawWaiting.TryPeek(out (int Slot, ulong Order, TimeSpan Due) first) && first.Due <= _now)
        {
            _rawWaiting.Dequeue();
            if (!_store.IsUsed(first.Slot) || _store[first.Slot].Order != first.Order || _store[first.Slot].State != RequestState.Queued) continue;
            uint archive = _store[first.Slot].ArchiveId;
            if (_connected.Exists(agent => agent.TakesRawData && agent.Serves(archive)))
            {
                Watch(first.Slot, first.Order);
                continue;
            }

            Withdraw(first.Slot);
            Drop(first.Slot, Errno.IllegalSequence);
        }
    }

    private void WatchRun(int slot, ref RequestSlot request)
    {
        if (_classes[request.Class].Rules.StuckAfter is not { } after) return;
        Queue<(int, ulong, TimeSpan)> watches = _runWatches[request.Class] ??= new();
        DropStale(watches, _running.Total, RequestState.Running);
        watches.Enqueue((slot, request.Order, _now + after));
    }

    private void ReportStuck()
    {
        foreach (Queue<(int Slot, ulong Order, TimeSpan Due)>? watches in _runWatches)
        {
            while (watches is not null && watches.TryPeek(out (int Slot, ulong Order, TimeSpan Due) first) && first.Due <= _now)
            {
                watches.Dequeue();
                if (!_store.IsUsed(first.Slot)) continue;
                ref RequestSlot request = ref _store[first.Slot];
                if (request.Order != first.Order || request.State != RequestState.Running || request.Has(SlotMarks.Stuck)) continue;
                request.Set(SlotMarks.Stuck);
                _journal.Stuck(first.Slot);
                _events.Stuck(request, _byNumber[request.Agent].Id, Math.Max(0, _wallMs - request.SinceMs));
            }
        }
    }
}
