using Weir.Coordinator.Requests;
using Weir.Coordinator.Scheduling;

namespace Weir.Coordinator.Core;

/// <content>Agents come, come back, leave, and are given up.</content>
public sealed partial class CoordinatorCore
{
    private readonly Dictionary<string, Agent> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<int, Agent> _byNumber = [];
    private readonly List<Agent> _connected = [];
    private readonly BackOffs _backOffs = new();
    private int _nextAgent = 1;
    private bool _hasClaims;

    /// <summary>Every agent: the connected ones in the order of their coming, then those within their grace time.</summary>
    public IEnumerable<Agent> Agents => _connected.Concat(_byId.Values.Where(agent => !agent.IsConnected).OrderBy(agent => agent.Number));

    /// <summary>How many agents are connected.</summary>
    public int ConnectedAgents => _connected.Count;

    /// <summary>The agent of that id; null when it is not known.</summary>
    public Agent? FindAgent(string id) => _byId.GetValueOrDefault(id);

    /// <summary>
    /// An agent introduces itself. One that comes back within its grace time is the same object, with its queue and its slots. What it ran is
    /// set aside: <see cref="Reclaim"/> for each of its <c>hai_list</c>, then always <see cref="EndReclaim"/>, before anything else is done with it.
    /// </summary>
    public AttachOutcome Attach(AgentHello hello, out Agent? agent)
    {
        ArgumentNullException.ThrowIfNull(hello);
        Begin();
        if (_byId.TryGetValue(hello.Id, out agent) && agent.IsConnected)
        {
            agent = null;
            return AttachOutcome.IdInUse;
        }

        if (agent is null && _byId.Count >= _options.MaxAgents) return AttachOutcome.TooMany;
        agent ??= AddAgent(hello.Id);
        agent.State = AgentState.Ready;
        agent.CanReconnect = hello.CanReconnect;
        agent.ArchiveFilter = [.. hello.ArchiveIds];
        agent.TakesRawData = hello.TakesRawData;
        agent.Connection = hello.Connection;
        agent.DisconnectedAt = null;
        agent.BackOffEnd = _backOffs.EndOf(hello.Id);
        agent.IsReclaiming = true;

        // It is another process, or has told what it runs: the list that follows is all there is.
        agent.Ghosts.Clear();
        agent.Claims.Clear();
        _connected.Add(agent);
        _freeSlots += agent.Slots.Count(slot => slot.IsFree);
        _events.Agent("AGENT_CONNECTED"u8, agent.Id);
        return AttachOutcome.Attached;
    }

    /// <summary>The agent says that it runs this request (an item of its <c>hai_list</c>).</summary>
    public ReclaimOutcome Reclaim(Agent agent, in HsmRequest request)
    {
        ArgumentNullException.ThrowIfNull(agent);
        Begin();
        if (!agent.IsReclaiming || !IsValid(request)) return ReclaimOutcome.Skipped;
        int slot = _store.Find(request.Key);
        if (slot == RequestStore.None) return Create(agent, request);
        if (_store[slot].State == RequestState.Queued)
        {
            Withdraw(slot);
            Start(slot, agent);
        }
        else if (_store[slot].Agent != agent.Number)
        {
            Agent other = _byNumber[_store[slot].Agent];
            if (other.IsConnected)
            {
                agent.Ghosts.Add(request.Key);
                agent.Claims.Add(request.Key);
                _hasClaims = true;
                return ReclaimOutcome.RunsElsewhere;
            }

            Stop(slot, other);
            Start(slot, agent);
        }
        else if (_store[slot].Has(SlotMarks.CancelSent))
        {
            // The list with the cancel may have been lost with the connection.
            QueueCancel(slot, agent);
            _journal.Cancelling(slot);
        }

        _store[slot].Set(SlotMarks.Reclaimed);
        return ReclaimOutcome.Taken;
    }

    /// <summary>The agent's <c>hai_list</c> is over (or it had none): what it ran and did not name is handed out anew.</summary>
    public void EndReclaim(Agent agent)
    {
        ArgumentNullException.ThrowIfNull(agent);
        Begin();
        if (!agent.IsReclaiming) return;
        agent.IsReclaiming = false;
        int left = 0;
        for (int slot = agent.RunningList.Head; slot >= 0;)
        {
            int next = _store[slot].Next;
            if (_store[slot].Has(SlotMarks.Reclaimed))
            {
                _store[slot].Unset(SlotMarks.Reclaimed);
            }
            else
            {
                left++;
                GiveBack(slot, agent);
            }

            slot = next;
        }

        if (left > 0) LeftUnfinished(agent);
        KeepSlots(agent);
        _changes++;
    }

    /// <summary>
    /// The agent's connection is gone. Its work waits for it until the grace time is over; that of one that cannot come back is handed out anew at once.
    /// </summary>
    public void Detach(Agent agent)
    {
        ArgumentNullException.ThrowIfNull(agent);
        Begin();
        if (!agent.IsConnected) return;
        if (agent.IsReclaiming) EndReclaim(agent);
        _connected.Remove(agent);
        _freeSlots -= agent.Slots.Count(slot => slot.IsFree);
        Leave(agent);
        _events.Agent("AGENT_DISCONNECTED"u8, agent.Id);
        if (!agent.CanReconnect) GiveUp(agent);
        _changes++;
    }

    private Agent AddAgent(string id)
    {
        var agent = new Agent(_nextAgent++, id, _classes, _options.Batches);
        Register(agent);
        _journal.Agent(agent.Number, id);
        return agent;
    }

    private void Register(Agent agent)
    {
        if (_options.AgentRates.TryGetValue(agent.Id, out RateLimit rate)) agent.Rate = new(rate);
        else if (_options.AgentRate is { } common) agent.Rate = new(common);
        _byId.Add(agent.Id, agent);
        _byNumber.Add(agent.Number, agent);
    }

    private void Leave(Agent agent)
    {
        agent.State = AgentState.Disconnected;
        agent.Connection = null;
        agent.DisconnectedAt = _wall;
        agent.GraceEnd = _now + _options.ClientGrace;
    }

    /// <summary>The grace time is over: all of the agent's work is placed anew, and the agent is forgotten.</summary>
    private void GiveUp(Agent agent)
    {
        if (agent.RunningCounts.Total > 0) LeftUnfinished(agent);
        _byId.Remove(agent.Id);
        foreach (BatchSlot slot in agent.Slots)
        {
            if (!slot.IsFree) GiveUpSlot(agent, slot);
        }

        while (agent.RunningList.Head >= 0) GiveBack(agent.RunningList.Head, agent);

        int[] waiting = [.. Kinds.SelectMany(kind => agent.Queues.Queues(kind).SelectMany(queue => queue.All(_store))).OrderBy(slot => _store[slot].Order)];
        foreach (int slot in waiting)
        {
            Withdraw(slot);
            Requeue(slot, isBack: false);
        }

        _byNumber.Remove(agent.Number);
        _journal.Forgotten(agent.Number);
        _events.Agent("AGENT_LOST"u8, agent.Id);
    }

    private ReclaimOutcome Create(Agent agent, in HsmRequest request)
    {
        if (!TryAdd(request, RequestOrigin.Agent, out int slot)) return ReclaimOutcome.Skipped;
        _store[slot].Order = ++_lastOrder;
        _store[slot].SinceMs = _wallMs;
        _journal.Accepted(slot, _store[slot]);
        _events.Accepted(_store[slot], RequestOrigin.Agent);
        Start(slot, agent);
        _store[slot].Set(SlotMarks.Reclaimed);
        return ReclaimOutcome.Created;
    }

    /// <summary>A running request goes back to a queue, or ends if it was cancelled meanwhile.</summary>
    private void GiveBack(int slot, Agent agent)
    {
        Stop(slot, agent);
        if (_store[slot].Has(SlotMarks.Cancelled))
        {
            Drop(slot, Errno.Cancelled);
            return;
        }

        ref RequestSlot request = ref _store[slot];
        if (request.Requeues < ushort.MaxValue) request.Requeues++;
        request.Unset(SlotMarks.Stuck);
        _events.Requeued(request, agent.Id);
        if (FindClaimant(agent, request.Key) is { } claimant)
        {
            claimant.Claims.Remove(request.Key);
            claimant.Ghosts.Remove(request.Key);
            request.Order = ++_lastOrder;
            _journal.Requeued(slot, claimant.Number, _wallMs, request.Order, isBack: true);
            Start(slot, claimant);
            return;
        }

        Requeue(slot, isBack: true);
    }

    /// <summary>Who has said, coming back, that it runs what another had by then; it may be within its grace time again.</summary>
    private Agent? FindClaimant(Agent except, RequestKey key) =>
        _hasClaims ? _byId.Values.FirstOrDefault(agent => agent != except && agent.Claims.Contains(key)) : null;

    /// <summary>Queues a request that is nowhere once more.</summary>
    private void Requeue(int slot, bool isBack)
    {
        Enter(slot, FindSpot(slot), isBack);
        ref RequestSlot request = ref _store[slot];
        _journal.Requeued(slot, request.Agent, _wallMs, request.Order, isBack);
        Announce(slot);
    }

    private void LeftUnfinished(Agent agent)
    {
        if (_options.BackOff is { } backOff) agent.BackOffEnd = _backOffs.Add(agent.Id, backOff, _now);
    }
}
