using Weir.Coordinator.Requests;

namespace Weir.Coordinator.Agents;

/// <summary>What an agent does with its work. Called by the connection's reader, so neither may wait: whoever transfers data does so elsewhere.</summary>
public interface IAgentWork
{
    /// <summary>Begins a request; when it has ended, well or not, <see cref="CoordinatorAgent.Done"/> is to be called.</summary>
    void Start(in HsmRequest request);

    /// <summary>A user has cancelled a request that was started. It still ends by <see cref="CoordinatorAgent.Done"/>.</summary>
    void Cancel(in RequestKey key);
}
