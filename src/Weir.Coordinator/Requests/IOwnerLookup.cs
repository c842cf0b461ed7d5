using Weir.Lustre;

namespace Weir.Coordinator.Requests;

/// <summary>
/// Finds out whose a file is. The answer goes into <see cref="HsmRequest.Owner"/> before the request is queued: the core itself waits
/// for nothing.
/// </summary>
public interface IOwnerLookup
{
    /// <summary>The file's owner; <see cref="RequestOwner.Unknown"/> where it cannot be found. Never throws for a file's sake.</summary>
    ValueTask<RequestOwner> FindAsync(Fid fid, CancellationToken cancellationToken = default);
}
