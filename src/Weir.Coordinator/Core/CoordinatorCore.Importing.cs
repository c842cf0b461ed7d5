using Weir.Coordinator.Requests;

namespace Weir.Coordinator.Core;

/// <content>Requests from elsewhere.</content>
public sealed partial class CoordinatorCore
{
    /// <summary>
    /// Takes in a request that another deployment had: queued, or (with an agent's id) running at that agent, which has the grace time to come if it is
    /// not here.
    /// </summary>
    public QueueOutcome Import(in HsmRequest request, string? agentId)
    {
        if (agentId is null) return Queue(request, RequestOrigin.Import);
        Begin();
        if (!IsValid(request)) return QueueOutcome.Invalid;
        if (_store.Find(request.Key) != RequestStore.None) return QueueOutcome.Known;
        if (!_byId.ContainsKey(agentId) && _byId.Count >= _options.MaxAgents) return QueueOutcome.Full;
        if (!TryAdd(request, RequestOrigin.Import, out int slot)) return QueueOutcome.Full;
        Agent agent = FindOrAwait(agentId);
        _store[slot].Order = ++_lastOrder;
        _store[slot].SinceMs = _wallMs;
        _journal.Accepted(slot, _store[slot]);
        _events.Accepted(_store[slot], RequestOrigin.Import);
        Start(slot, agent);
        return QueueOutcome.Added;
    }
}
