using Weir.Coordinator.Requests;

namespace Weir.Lab.Mdt;

/// <summary>
/// Whoever carries out what the simulated MDTs want done, in place of the agents that they simulate themselves. What becomes of a request is
/// told by <see cref="MdtCluster.Report"/>; until then it is STARTED.
/// </summary>
public interface ICopytool
{
    /// <summary>A request is handed over.</summary>
    void Take(HsmRequest request);

    /// <summary>A user has cancelled a request that was handed over.</summary>
    void Cancel(RequestKey key);
}
