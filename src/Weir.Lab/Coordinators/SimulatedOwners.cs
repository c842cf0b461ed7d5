using Weir.Coordinator.Requests;
using Weir.Lustre;

namespace Weir.Lab.Coordinators;

/// <summary>Owners for simulated files: a file's fid decides on its owner, and one owner has as many files as all others together.</summary>
/// <param name="users">How many users there are.</param>
public sealed class SimulatedOwners(uint users) : IOwnerLookup
{
    public ValueTask<RequestOwner> FindAsync(Fid fid, CancellationToken cancellationToken = default) => new(Find(fid));

    /// <summary>The same owner every time.</summary>
    public RequestOwner Find(Fid fid)
    {
        uint mixed = (fid.ObjectId * 2_654_435_761) >> 8;
        uint user = (mixed & 1) == 0 ? 0 : (mixed >> 1) % users;
        return new(1000 + user, 100 + (user % 3), user % 2);
    }
}
