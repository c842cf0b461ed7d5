using Weir.Lustre;

namespace Weir.Coordinator.Requests;

/// <summary>
/// Remembers owners that were found, for a file often has several requests one after another. Of at most so many files, and no longer than so
/// long, as files change hands. From any thread.
/// </summary>
/// <param name="inner">Who knows.</param>
/// <param name="time">The clock.</param>
/// <param name="most">How many files.</param>
/// <param name="lifetime">How long, at most.</param>
public sealed class OwnerCache(IOwnerLookup inner, TimeProvider time, int most = 64 * 1024, TimeSpan? lifetime = null) : IOwnerLookup
{
    private readonly TimeSpan _lifetime = lifetime ?? TimeSpan.FromMinutes(10);
    private readonly Lock _gate = new();
    private Dictionary<Fid, (RequestOwner Owner, long Since)> _young = [];
    private Dictionary<Fid, (RequestOwner Owner, long Since)> _old = [];

    public ValueTask<RequestOwner> FindAsync(Fid fid, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if ((_young.TryGetValue(fid, out (RequestOwner Owner, long Since) known) || _old.TryGetValue(fid, out known)) && time.GetElapsedTime(known.Since) < _lifetime)
                return new(known.Owner);
        }

        return FindAndKeepAsync(fid, cancellationToken);
    }

    private async ValueTask<RequestOwner> FindAndKeepAsync(Fid fid, CancellationToken cancellationToken)
    {
        RequestOwner owner = await inner.FindAsync(fid, cancellationToken).ConfigureAwait(false);
        if (owner == RequestOwner.Unknown) return owner;
        lock (_gate)
        {
            // The older half goes when the younger one is full.
            if (_young.Count >= Math.Max(1, most / 2)) (_old, _young) = (_young, []);
            _young[fid] = (owner, time.GetTimestamp());
        }

        return owner;
    }
}
