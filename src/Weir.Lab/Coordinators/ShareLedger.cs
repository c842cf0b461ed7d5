using System.Text.Unicode;
using Weir.Coordinator.Core;
using Weir.Coordinator.Requests;
using Weir.Coordinator.Scheduling;
using Weir.Lustre;

namespace Weir.Lab.Coordinators;

/// <summary>
/// Sees to it that nobody starves where users share fairly: while a user's request waits, no more of any other user's are handed out of the
/// same kind and archive id than the coordinator's bound says before one of his own is, whatever the flags.
/// </summary>
/// <param name="lab">Told of violations.</param>
/// <param name="owners">Whose files are.</param>
/// <param name="options">The coordinator's.</param>
internal sealed class ShareLedger(LabCoordinator lab, SimulatedOwners owners, CoordinatorOptions options)
{
    /// <summary>Requests that users share in.</summary>
    private readonly record struct Place(HsmAction Kind, uint Archive);

    /// <summary>⌈w/v⌉ + 1 + 2·<see cref="CoordinatorOptions.MaxLead"/>·w, all weights being one.</summary>
    private readonly int _bound = 2 + (2 * options.MaxLead);

    private readonly Dictionary<Place, Dictionary<uint, Dictionary<uint, int>>> _passed = [];
    private readonly HashSet<RequestKey> _handedOut = [];
    private Dictionary<Place, HashSet<uint>> _waiting = [];

    /// <summary>How often somebody waited while others were served.</summary>
    public long Checks { get; private set; }

    /// <summary>Whether it can be said of a coordinator with these options: its default class shares by user, and everything waits for all agents.</summary>
    public static bool AppliesTo(CoordinatorOptions options) =>
        options is { DefaultClass.FairBy: FairBy.Uid, Batches: null, HostMappings.Count: 0 } && options.DefaultClass.Weights.Count == 0;

    /// <summary>The server is gone: shares begin even.</summary>
    public void Reset()
    {
        _passed.Clear();
        _waiting.Clear();
    }

    /// <summary>After a turn: who was passed by since the last one. Who has begun to wait since then counts from now on.</summary>
    public void Check(CoordinatorCore core, IEnumerable<HandOut> lists)
    {
        var served = new Dictionary<Place, Dictionary<uint, int>>();
        foreach (HsmRequest item in lists.SelectMany(list => list.Items.ToArray()))
        {
            if (item.Action == HsmAction.Cancel) continue;
            _handedOut.Add(item.Key);

            // What nobody knew the owner of was in no user's share.
            if (item.Owner == RequestOwner.Unknown || IsOfAClass(item.Action, item.ArchiveId)) continue;
            Place place = new(item.Action, item.ArchiveId);
            if (!served.TryGetValue(place, out Dictionary<uint, int>? users)) served.Add(place, users = []);
            users[item.Owner.Uid] = users.GetValueOrDefault(item.Owner.Uid) + 1;
        }

        Dictionary<Place, HashSet<uint>> still = Waiting(core);
        foreach (Place place in _passed.Keys.Concat(served.Keys).Distinct().ToArray()) Check(place, served.GetValueOrDefault(place, []), still.GetValueOrDefault(place, []));
        _waiting = still;
    }

    private void Check(Place place, Dictionary<uint, int> served, HashSet<uint> still)
    {
        if (!_passed.TryGetValue(place, out Dictionary<uint, Dictionary<uint, int>>? passed)) _passed.Add(place, passed = []);
        foreach (uint user in passed.Keys.Where(user => served.ContainsKey(user) || !still.Contains(user)).ToArray()) passed.Remove(user);
        foreach (uint user in _waiting.GetValueOrDefault(place, []).Where(user => !served.ContainsKey(user) && still.Contains(user)))
        {
            if (!passed.TryGetValue(user, out Dictionary<uint, int>? by)) passed.Add(user, by = []);
            foreach ((uint other, int count) in served)
            {
                by[other] = by.GetValueOrDefault(other) + count;
                Checks++;
                if (by[other] > _bound)
                    lab.Violations.Add($"At {lab.Now}: user {user} waits with a {place.Kind} for archive {place.Archive} while {by[other]} of user {other} were handed out; {_bound} are allowed.");
            }
        }
    }

    /// <summary>Users with something waiting that any agent may have: text, never handed out before, and of no class that others come before.</summary>
    private Dictionary<Place, HashSet<uint>> Waiting(CoordinatorCore core)
    {
        var waiting = new Dictionary<Place, HashSet<uint>>();
        foreach (HsmAction kind in (HsmAction[])[HsmAction.Archive, HsmAction.Restore, HsmAction.Remove])
        {
            foreach (RequestSummary request in core.Waiting(kind))
            {
                if (IsOfAClass(kind, request.ArchiveId) || _handedOut.Contains(request.Key) || !Utf8.IsValid(request.Data.Span)) continue;
                Place place = new(kind, request.ArchiveId);
                if (!waiting.TryGetValue(place, out HashSet<uint>? users)) waiting.Add(place, users = []);
                users.Add(owners.Find(request.Key.DataFid).Uid);
            }
        }

        return waiting;
    }

    /// <summary>Whether it may be of a class that comes before the default one.</summary>
    private bool IsOfAClass(HsmAction kind, uint archive) =>
        options.Classes.Any(one => (one.Actions.Count == 0 || one.Actions.Contains(kind)) && (one.ArchiveIds.Count == 0 || one.ArchiveIds.Contains(archive)));
}
