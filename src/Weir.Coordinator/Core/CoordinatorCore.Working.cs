using Weir.Coordinator.Requests;
using Weir.Lustre;

namespace Weir.Coordinator.Core;

/// <content>A request runs, is done, is cancelled.</content>
public sealed partial class CoordinatorCore
{
    /// <summary>Told of each request that ends at an agent: its kind, and for how many milliseconds the agent had it. For measurements.</summary>
    public Action<HsmAction, long>? Transferred { get; set; }

    private static readonly HsmAction[] Kinds = [HsmAction.Restore, HsmAction.Remove, HsmAction.Archive];

    /// <summary>
    /// Somebody says that a request is done; whoever says so, it is. A cookie of which only the low 32 bits came through is understood
    /// when the sender runs such a request. If the sender waits for work, its <see cref="HandOut"/> comes in the turn before whatever is added next: the
    /// original answers the <c>recv</c> before the <c>done</c>.
    /// </summary>
    /// <param name="sender">The agent that says so; null for a connection that is none.</param>
    /// <param name="key">The request.</param>
    /// <param name="status">What the agent says became of it; told to events and reports only.</param>
    public DoneOutcome End(Agent? sender, in RequestKey key, int status)
    {
        Begin();
        int slot = _store.Find(key);
        if (slot == RequestStore.None && sender is not null && IsTruncated(key.Cookie)) slot = _store.FindTruncated(key, sender.Number);
        if (slot == RequestStore.None)
        {
            if (sender is not null) NoLongerRuns(sender, key);
            return DoneOutcome.Unknown;
        }

        if (sender is not null) NoLongerRuns(sender, _store[slot].Key);
        Agent? owner = _store[slot].State == RequestState.Running ? _byNumber[_store[slot].Agent] : null;
        if (owner is null) Withdraw(slot);
        else Stop(slot, owner);
        Complete(slot, owner, sender, status);
        if (sender is { State: AgentState.Waiting }) Serve(sender);
        return DoneOutcome.Ended;
    }

    /// <summary>A user has cancelled a request: an MDT says so, naming it by its key.</summary>
    public CancelOutcome Cancel(in RequestKey key)
    {
        Begin();
        int slot = _store.Find(key);
        if (slot == RequestStore.None) return CancelOutcome.Unknown;
        ref RequestSlot request = ref _store[slot];
        if (request.Has(SlotMarks.Reported)) Report(slot, "cancel", null);
        if (request.State == RequestState.Queued)
        {
            Withdraw(slot);
            Drop(slot, Errno.Cancelled);
            return CancelOutcome.Dropped;
        }

        if (request.Has(SlotMarks.Cancelled)) return CancelOutcome.AlreadyCancelled;
        Agent agent = _byNumber[request.Agent];
        request.Set(SlotMarks.Cancelled);
        QueueCancel(slot, agent);
        _journal.Cancelling(slot);
        _events.Cancelling(request, agent.Id);
        _changes++;
        return CancelOutcome.Forwarded;
    }

    /// <summary>Whether a cookie may be one of 64 bits that was squeezed through a signed or unsigned number of 32.</summary>
    private static bool IsTruncated(ulong cookie) => (ulong)(int)cookie == cookie || cookie <= uint.MaxValue;

    private static void NoLongerRuns(Agent agent, in RequestKey key)
    {
        if (agent.Ghosts.Count == 0 || !agent.Ghosts.Remove(key)) return;
        agent.Claims.Remove(key);
    }

    private void QueueCancel(int slot, Agent agent)
    {
        _store[slot].Unset(SlotMarks.CancelSent);
        agent.Cancels.Enqueue((slot, _store[slot].Order));
        agent.PendingCancels++;
        _cancelsPending++;
    }

    /// <summary>A request that is nowhere becomes an agent's.</summary>
    private void Start(int slot, Agent agent)
    {
        ref RequestSlot request = ref _store[slot];
        request.State = RequestState.Running;
        request.Agent = agent.Number;
        request.SinceMs = _wallMs;
        agent.RunningList.Append(_store, slot);
        agent.RunningCounts.Add(request.Action, 1);
        _running.Add(request.Action, 1);
        if (request.Action == HsmAction.Archive && agent.Slots.Length > 0 && SlotOf(agent, request.Data ?? []) is { } batch) batch.Running++;
        _journal.Assigned(slot, agent.Number, _wallMs);
        WatchRun(slot, ref request);
        if (request.Has(SlotMarks.Cancelled)) QueueCancel(slot, agent);
    }

    /// <summary>A running request is no longer its agent's; it is nowhere then.</summary>
    private void Stop(int slot, Agent agent)
    {
        ref RequestSlot request = ref _store[slot];
        agent.RunningList.Remove(_store, slot);
        agent.RunningCounts.Add(request.Action, -1);
        _running.Add(request.Action, -1);
        if (request.Has(SlotMarks.Cancelled) && !request.Has(SlotMarks.CancelSent))
        {
            agent.PendingCancels--;
            _cancelsPending--;
        }

        if (request.Action != HsmAction.Archive || agent.Slots.Length == 0 || SlotOf(agent, request.Data ?? []) is not { } batch) return;
        batch.Running = Math.Max(0, batch.Running - 1);
        batch.LastUse = _now;
    }

    /// <summary>An agent has ended a request that is nowhere (any more).</summary>
    private void Complete(int slot, Agent? owner, Agent? sender, int status)
    {
        ref RequestSlot request = ref _store[slot];
        Agent? credited = owner ?? sender;
        credited?.DoneCounts.Add(request.Action, 1);
        _done.Add(request.Action, 1);
        if (request.Has(SlotMarks.Cancelled)) _cancelsDone++;
        if (owner is not null && owner != sender) owner.Ghosts.Add(request.Key);
        if (sender is not null)
        {
            _backOffs.End(sender.Id);
            sender.BackOffEnd = TimeSpan.Zero;
        }

        if (request.Has(SlotMarks.Reported)) Report(slot, "done", status);
        _journal.Done(slot, credited?.Number ?? 0);
        long runMs = owner is null ? 0 : Math.Max(0, _wallMs - request.SinceMs);
        _events.Done(request, owner?.Id, sender?.Id, status, runMs);
        if (owner is not null) Transferred?.Invoke(request.Action, runMs);
        Forget(slot);
        _changes++;
    }

    /// <summary>Ends a request that is nowhere without an agent, and lets Lustre know.</summary>
    private void Drop(int slot, int errno)
    {
        ref RequestSlot request = ref _store[slot];
        if (errno == Errno.Cancelled) _cancelsDone++;
        _journal.Cancelled(slot, errno);
        _events.Cancelled(request, errno);
        _turn.Effects.Add(new LustreAnswer(request.ToRequest(), errno));
        Forget(slot);
    }
}
