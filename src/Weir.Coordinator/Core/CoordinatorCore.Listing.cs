using Weir.Coordinator.Requests;

namespace Weir.Coordinator.Core;

/// <content>Walks over all requests, in parts.</content>
public sealed partial class CoordinatorCore
{
    /// <summary>Adds the requests of the next slots to a listing; true when all have been looked at.</summary>
    internal bool List(RequestListing listing, int slots)
    {
        int end = Math.Min(_store.End, listing.Next + slots);
        for (; listing.Next < end; listing.Next++)
        {
            ref RequestSlot request = ref _store[listing.Next];
            if (request.State == RequestState.None) continue;
            if (request.State == RequestState.Queued)
            {
                listing.Add(new(ListKind.Waiting, request.Action, request.Line?.Lane.Group.Queue.Queue!.Place.Agent?.Number ?? 0), request.Order, request.Key, request.Data);
                continue;
            }

            listing.Add(new(ListKind.Running, default, request.Agent), request.Order, request.Key, request.Data);
            if (request.Has(SlotMarks.Cancelled) && !request.Has(SlotMarks.CancelSent)) listing.Add(new(ListKind.Cancelled, default, request.Agent), request.Order, request.Key, request.Data);
        }

        return listing.Next >= _store.End;
    }

    /// <summary>Looks for requests of a cookie in the next slots from <paramref name="next"/> on; true when all have been looked at.</summary>
    internal bool Find(ulong cookie, List<RequestKey> found, ref int next, int slots)
    {
        int end = Math.Min(_store.End, next + slots);
        for (; next < end; next++)
        {
            ref RequestSlot request = ref _store[next];
            if (request.State != RequestState.None && request.Cookie == cookie) found.Add(request.Key);
        }

        return next >= _store.End;
    }
}
