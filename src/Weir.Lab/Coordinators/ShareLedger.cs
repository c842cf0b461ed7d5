using System.Text.Unicode;
using Weir.Coordinator.Core;
using Weir.Coordinator.Requests;
using Weir.Coordinator.Scheduling;
using Weir.Lustre;

namespace Weir.Lab.Coordinators;

/// <summary>
/// Sees to it that nobody starves where users share fairly: while a user's request waits, at most two of any other user's are handed out of the
/// same kind, archive id and flags before one of his own is; and two lists more, as a list has one set of flags and others are given in advance what
/// is left of it. Users who ask with several sets of flags are left out: what they are given with one set counts against them with the others.
/// </summary>
/// <param name="lab">Told of violations.</param>
/// <param name="owners">Whose files are.</param>
internal sealed class ShareLedger(LabCoordinator lab, SimulatedOwners owners)
{
    /// <summary>Requests that may stand in one list.</summary>
    private readonly record struct Place(HsmAction Kind, uint Archive, ulong Flags);

    /// <summary>⌈w/v⌉ + 1, all weights being one.</summary>
    private const int Bound = 2;

    private readonly Dictionary<Place, Dictionary<uint, Dictionary<uint, int>>> _passed = [];
    private readonly HashSet<RequestKey> _handedOut = [];
    private readonly Dictionary<(HsmAction Kind, uint Archive, uint User), ulong> _flags = [];
    private readonly HashSet<(HsmAction Kind, uint Archive, uint User)> _mixed = [];
    private Dictionary<Place, HashSet<uint>> _waiting = [];
    private int _longest;

    /// <summary>How often somebody waited while others were served.</summary>
    public long Checks { get; private set; }

    /// <summary>Whether it can be said of a coordinator with these options: its default class shares by user, and everything waits for all agents.</summary>
    public static bool AppliesTo(CoordinatorOptions options) =>
        options is { DefaultClass.FairBy: FairBy.Uid, Batches: null, HostMappings.Count: 0 } && options.DefaultClass.Weights.Count == 0;

    /// <summary>The server is gone: shares begin even.</summary>
    public void Reset()
    {
        _passed.Clear();
        _flags.Clear();
        _mixed.Clear();
    }

    /// <summary>Before a turn is taken: who waits.</summary>
    public void Look(CoordinatorCore core) => _waiting = Waiting(core);

    /// <summary>After it: who was passed by.</summary>
    public void Check(CoordinatorCore core, IEnumerable<HandOut> lists)
    {
        var served = new Dictionary<Place, Dictionary<uint, int>>();
        foreach (HandOut list in lists)
        {
            _longest = Math.Max(_longest, list.Items.Length);
            foreach (HsmRequest item in list.Items.Span)
            {
                if (item.Action == HsmAction.Cancel) continue;
                _handedOut.Add(item.Key);
                Place place = new(item.Action, item.ArchiveId, item.Flags | RawFlag(item.Data.Span));
                if (!served.TryGetValue(place, out Dictionary<uint, int>? users)) served.Add(place, users = []);
                uint user = UserOf(place, item.Fid);
                users[user] = users.GetValueOrDefault(user) + 1;
            }
        }

        if (served.Count == 0) return;
        Dictionary<Place, HashSet<uint>> still = Waiting(core);
        foreach ((Place place, Dictionary<uint, int> users) in served) Check(place, users, still);
    }

    private void Check(Place place, Dictionary<uint, int> served, Dictionary<Place, HashSet<uint>> still)
    {
        if (!_passed.TryGetValue(place, out Dictionary<uint, Dictionary<uint, int>>? passed)) _passed.Add(place, passed = []);
        foreach (uint user in passed.Keys.Where(user => served.ContainsKey(user) || !Waits(still, user)).ToArray()) passed.Remove(user);
        foreach (uint user in _waiting.GetValueOrDefault(place, []).Where(user => !served.ContainsKey(user) && Waits(still, user)))
        {
            if (!passed.TryGetValue(user, out Dictionary<uint, int>? by)) passed.Add(user, by = []);
            if (IsMixed(place, user)) continue;
            foreach ((uint other, int count) in served.Where(one => !IsMixed(place, one.Key)))
            {
                by[other] = by.GetValueOrDefault(other) + count;
                Checks++;
                if (by[other] > Bound + (2 * _longest))
                    lab.Violations.Add($"At {lab.Now}: user {user} waits with a {place.Kind} for archive {place.Archive}, flags {place.Flags}, while {by[other]} of user {other} were handed out; lists had at most {_longest}.");
            }
        }

        bool Waits(Dictionary<Place, HashSet<uint>> among, uint user) => among.TryGetValue(place, out HashSet<uint>? users) && users.Contains(user);
    }

    /// <summary>Users with something waiting that any agent may have: text, never handed out before, and of no class that others come before.</summary>
    private Dictionary<Place, HashSet<uint>> Waiting(CoordinatorCore core)
    {
        var waiting = new Dictionary<Place, HashSet<uint>>();
        foreach (HsmAction kind in (HsmAction[])[HsmAction.Archive, HsmAction.Restore, HsmAction.Remove])
        {
            foreach (RequestSummary request in core.Waiting(kind))
            {
                if (core.Options.Classes.Any(one => (one.Actions.Count == 0 || one.Actions.Contains(kind)) && (one.ArchiveIds.Count == 0 || one.ArchiveIds.Contains(request.ArchiveId)))) continue;
                Place place = new(kind, request.ArchiveId, request.Flags | RawFlag(request.Data.Span));
                uint user = UserOf(place, request.Key.DataFid);
                if (_handedOut.Contains(request.Key) || RawFlag(request.Data.Span) != 0) continue;
                if (!waiting.TryGetValue(place, out HashSet<uint>? users)) waiting.Add(place, users = []);
                users.Add(user);
            }
        }

        return waiting;
    }

    /// <summary>Data that is not text stands in no list with text that not every agent may have.</summary>
    private static ulong RawFlag(ReadOnlySpan<byte> data) => Utf8.IsValid(data) ? 0 : 1UL << 63;

    private uint UserOf(Place place, Fid fid)
    {
        (HsmAction, uint, uint User) who = (place.Kind, place.Archive, owners.Find(fid).Uid);
        if (!_flags.TryAdd(who, place.Flags) && _flags[who] != place.Flags) _mixed.Add(who);
        return who.User;
    }

    private bool IsMixed(Place place, uint user) => _mixed.Contains((place.Kind, place.Archive, user));
}
