using Weir.Lustre;

namespace Weir.Coordinator.Requests;

/// <summary>
/// Finds out whose a file is. Requests do not wait for the answer: they move to their owner's share when it has come
/// (<see cref="Core.CoordinatorCore.SetOwner"/>).
/// </summary>
public interface IOwnerLookup
{
    /// <summary>The file's owner; <see cref="RequestOwner.Unknown"/> where it cannot be found. Never throws for a file's sake.</summary>
    ValueTask<RequestOwner> FindAsync(Fid fid, CancellationToken cancellationToken = default);
}
