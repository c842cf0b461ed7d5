using Weir.Coordinator.Journal;
using Weir.Coordinator.Requests;
using Weir.Lustre;

namespace Weir.Coordinator.Core;

/// <content>The state from the journal, and for it.</content>
public sealed partial class CoordinatorCore
{
    /// <summary>Steps of the journal, in its order. What they say of requests that are not there is of requests that have ended since.</summary>
    internal sealed class Restorer(CoordinatorCore core)
    {
        private readonly Dictionary<int, Agent> _agents = core._byNumber;

        public void Agent(int number, string id)
        {
            // Without damage to the journal, an id has one number at a time.
            if (core._byId.Remove(id, out Agent? older)) _agents.Remove(older.Number);
            if (_agents.Remove(number, out older)) core._byId.Remove(older.Id);
            core.Register(new(number, id, core._classes, core._options.Batches));
            core._nextAgent = Math.Max(core._nextAgent, number + 1);
        }

        public void Forgotten(int number)
        {
            if (_agents.Remove(number, out Agent? agent)) core._byId.Remove(agent.Id);
        }

        /// <summary>A request as it is at this place of the journal.</summary>
        public void Put(in JournalRequest read)
        {
            RequestStore store = core._store;

            // A key has one slot only, whatever a damaged journal says.
            int other = store.Find(read.Request.Key);
            if (other != RequestStore.None && other != read.Slot) store.Remove(other);
            store.AddAt(read.Slot, read.Request);
            ref RequestSlot request = ref store[read.Slot];
            request.State = read.State;
            request.Marks = read.Marks;
            request.Agent = read.Agent;
            request.Order = read.Order;
            request.AcceptedMs = read.AcceptedMs;
            request.SinceMs = read.SinceMs;
            request.Requeues = read.Requeues;
            core._lastOrder = Math.Max(core._lastOrder, read.Order);
        }

        public void Assigned(int slot, int agent, long atMs)
        {
            if (!core._store.IsUsed(slot)) return;
            ref RequestSlot request = ref core._store[slot];
            request.State = RequestState.Running;
            request.Agent = agent;
            request.SinceMs = atMs;

            // Another agent's cancel was another agent's to hear.
            request.Unset(SlotMarks.CancelSent);
        }

        public void Requeued(int slot, int agent, long atMs, ulong order, bool isBack)
        {
            core._lastOrder = Math.Max(core._lastOrder, order);
            if (!core._store.IsUsed(slot)) return;
            ref RequestSlot request = ref core._store[slot];
            request.State = RequestState.Queued;
            request.Agent = agent;
            request.SinceMs = atMs;
            request.Order = order;
            if (!isBack) return;
            if (request.Requeues < ushort.MaxValue) request.Requeues++;
            request.Unset(SlotMarks.Stuck);
        }

        public void Done(int slot, int agent)
        {
            if (!core._store.IsUsed(slot)) return;
            HsmAction action = core._store[slot].Action;
            core._done.Add(action, 1);
            if (core._store[slot].Has(SlotMarks.Cancelled)) core._cancelsDone++;
            if (_agents.TryGetValue(agent, out Agent? credited)) credited.DoneCounts.Add(action, 1);
            core._store.Remove(slot);
        }

        public void Cancelled(int slot, int errno)
        {
            if (!core._store.IsUsed(slot)) return;
            if (errno == Errno.Cancelled) core._cancelsDone++;
            core._store.Remove(slot);
        }

        /// <summary>Its agent is to be told that it is cancelled, perhaps once more.</summary>
        public void Cancelling(int slot)
        {
            Mark(slot, SlotMarks.Cancelled);
            if (core._store.IsUsed(slot)) core._store[slot].Unset(SlotMarks.CancelSent);
        }

        public void Mark(int slot, SlotMarks mark)
        {
            if (core._store.IsUsed(slot)) core._store[slot].Set(mark);
        }

        public void Owned(int slot, RequestOwner owner)
        {
            if (core._store.IsUsed(slot)) core._store[slot].Owner = owner;
        }

        public void Lock(LockMode mode) => core.Lock = mode;

        /// <summary>Counters and agents as a snapshot says; requests come apart from it.</summary>
        public void Frame(JournalFrame frame)
        {
            Lock(frame.Lock);
            foreach (AgentRecord agent in frame.Agents)
            {
                if (!_agents.TryGetValue(agent.Number, out Agent? known))
                {
                    Agent(agent.Number, agent.Id);
                    known = _agents[agent.Number];
                }

                known.DoneCounts = agent.Done;
            }

            core._nextAgent = Math.Max(core._nextAgent, frame.NextAgent);
            core._done = frame.Done;
            core._cancelsDone = frame.CancelsDone;
        }

        /// <summary>The journal is over: every request goes to its place, every agent is disconnected as of now.</summary>
        public void Finish()
        {
            core.Begin();

            // The exit that it asked for has happened, or the server was ended otherwise.
            if (core.Lock == LockMode.LockedUntilQuit) core.Lock = LockMode.Unlocked;
            foreach (Agent agent in _agents.Values) core.Leave(agent);
            core._store.CollectFree();
            (ulong[] orders, int[] slots) = core.InOrder();
            Array.Sort(orders, slots);
            foreach (int slot in slots) core.Resume(slot);
            core._changes++;
        }
    }

    /// <summary>What the next snapshot begins or ends with.</summary>
    internal JournalFrame Frame() => new()
    {
        Lock = Lock,
        NextAgent = _nextAgent,
        Done = _done,
        CancelsDone = _cancelsDone,
        Agents = [.. _byId.Values.OrderBy(agent => agent.Number).Select(agent => new AgentRecord(agent.Number, agent.Id, agent.DoneCounts))],
    };

    /// <summary>Slots that were ever used are below this.</summary>
    internal int EndOfSlots => _store.End;

    /// <summary>Begins or ends a snapshot in the present turn.</summary>
    internal void WriteFrame(bool isEnd) => _journal.Frame(isEnd, Frame());

    /// <summary>Adds the requests of some slots to the present turn's journal as they are now.</summary>
    internal void WriteSlots(int from, int to)
    {
        for (int slot = from; slot < to; slot++)
        {
            if (_store.IsUsed(slot)) _journal.Snapshot(slot, _store[slot]);
        }
    }

    private (ulong[] Orders, int[] Slots) InOrder()
    {
        var orders = new ulong[_store.Count];
        var slots = new int[_store.Count];
        int count = 0;
        for (int slot = 0; slot < _store.End; slot++)
        {
            if (!_store.IsUsed(slot)) continue;
            orders[count] = _store[slot].Order;
            slots[count++] = slot;
        }

        return (orders, slots);
    }

    /// <summary>Puts a request that was read from the journal where it was.</summary>
    private void Resume(int slot)
    {
        ref RequestSlot request = ref _store[slot];
        SlotMarks kept = request.Marks;
        Characterize(slot, ref request);
        request.Marks |= kept;
        Agent? agent = _byNumber.GetValueOrDefault(request.Agent);
        if (request.State == RequestState.Running && agent is not null)
        {
            agent.RunningList.Append(_store, slot);
            agent.RunningCounts.Add(request.Action, 1);
            _running.Add(request.Action, 1);
            WatchRun(slot, ref request);
            if (request.Has(SlotMarks.Cancelled) && !request.Has(SlotMarks.CancelSent)) QueueCancel(slot, agent);
            return;
        }

        request.State = RequestState.Queued;
        request.Agent = agent?.Number ?? 0;
        QueuesOf(agent).Add(_store, slot, isReturned: request.Requeues > 0);
        _queued.Add(request.Action, 1);
    }
}
