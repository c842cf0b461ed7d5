using Weir.Coordinator.Requests;
using Weir.Coordinator.Scheduling;
using Weir.Lustre;

namespace Weir.Coordinator.Core;

/// <content>
/// Whose files requests are about, where classes go by that. Nobody waits for it: a request is taken in, and may be handed out, as one of
/// unknown owners, and moves to its owner's share when that has been found.
/// </content>
public sealed partial class CoordinatorCore
{
    private readonly Queue<int>? _ownerless;

    /// <summary>Whether the shares of some class go by owners.</summary>
    public bool NeedsOwners => _ownerless is not null;

    /// <summary>Called when there are requests to look up again after there were none.</summary>
    public Action? OwnersWanted { get; set; }

    /// <summary>Takes requests whose owners are not known, in the order in which they came, to be told by <see cref="SetOwner"/>.</summary>
    /// <param name="wanted">They are added to it.</param>
    /// <param name="most">So many at most.</param>
    public void TakeOwnerless(ICollection<(RequestKey Key, Fid Fid)> wanted, int most)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        while (wanted.Count < most && _ownerless is not null && _ownerless.TryDequeue(out int slot))
        {
            if (_store.IsUsed(slot) && _store[slot].Owner == RequestOwner.Unknown) wanted.Add((_store[slot].Key, _store[slot].Fid));
        }
    }

    /// <summary>A request's owner has been found: it goes to the end of that owner's line. Nothing, when the request has ended or its owner is known.</summary>
    public void SetOwner(in RequestKey key, RequestOwner owner)
    {
        Begin();
        int slot = _store.Find(key);
        if (slot == RequestStore.None || owner == RequestOwner.Unknown) return;
        ref RequestSlot request = ref _store[slot];
        if (request.Owner != RequestOwner.Unknown) return;
        bool isReturned = request.Has(SlotMarks.Returned);
        WaitingQueue? queue = request.Line?.Lane.Group.Queue.Queue;
        queue?.Remove(_store, slot);
        request.Owner = owner;
        queue?.Add(_store, slot, isReturned, _classes[request.Class].ShareOf(ref request));
        _journal.Owned(slot, owner);
    }

    private void WantOwner(int slot, ref RequestSlot request)
    {
        if (_ownerless is null || !_classes[request.Class].GoesByOwner || request.Owner != RequestOwner.Unknown) return;
        _ownerless.Enqueue(slot);
        if (_ownerless.Count == 1) OwnersWanted?.Invoke();
    }
}
