using System.Text.Unicode;
using Weir.Coordinator.Core;
using Weir.Coordinator.Requests;
using Weir.Coordinator.Scheduling;
using Weir.Lustre;

namespace Weir.Lab.Coordinators;

/// <summary>
/// Sees to it that nobody starves where users share fairly: while a user's request waits, at most two of any other user's are handed out of the
/// same kind and archive id before one of his own is; and, as a list has one set of flags, two lists more: what is left of one that the other
/// gets, and what he himself was given in advance by one like it.
/// </summary>
/// <param name="lab">Told of violations.</param>
/// <param name="owners">Whose files are.</param>
internal sealed class ShareLedger(LabCoordinator lab, SimulatedOwners owners)
{
    /// <summary>⌈w/v⌉ + 1, all weights being one.</summary>
    private const int Bound = 2;

    private readonly Dictionary<(HsmAction Kind, uint Archive), Dictionary<uint, Dictionary<uint, int>>> _passed = [];
    private readonly HashSet<RequestKey> _handedOut = [];
    private Dictionary<(HsmAction Kind, uint Archive), HashSet<uint>> _waiting = [];
    private int _longest;

    /// <summary>How often somebody waited while others were served.</summary>
    public long Checks { get; private set; }

    /// <summary>Whether it can be said of a coordinator with these options: its default class shares by user, and everything waits for all agents.</summary>
    public static bool AppliesTo(CoordinatorOptions options) =>
        options is { DefaultClass.FairBy: FairBy.Uid, Batches: null, HostMappings.Count: 0 } && options.DefaultClass.Weights.Count == 0;

    /// <summary>The server is gone: shares begin even.</summary>
    public void Reset() => _passed.Clear();

    /// <summary>Before a turn is taken: who waits.</summary>
    public void Look(CoordinatorCore core) => _waiting = Waiting(core);

    /// <summary>After it: who was passed by.</summary>
    public void Check(CoordinatorCore core, IEnumerable<HandOut> lists)
    {
        var served = new Dictionary<(HsmAction Kind, uint Archive), Dictionary<uint, int>>();
        foreach (HandOut list in lists)
        {
            int count = 0;
            foreach (HsmRequest item in list.Items.Span)
            {
                if (item.Action == HsmAction.Cancel) continue;
                count++;
                _handedOut.Add(item.Key);
                if (!served.TryGetValue((item.Action, item.ArchiveId), out Dictionary<uint, int>? users)) served.Add((item.Action, item.ArchiveId), users = []);
                uint user = owners.Find(item.Fid).Uid;
                users[user] = users.GetValueOrDefault(user) + 1;
            }

            _longest = Math.Max(_longest, count);
        }

        if (served.Count == 0) return;
        Dictionary<(HsmAction Kind, uint Archive), HashSet<uint>> still = Waiting(core);
        foreach (((HsmAction Kind, uint Archive) place, Dictionary<uint, int> users) in served) Check(place, users, still);
    }

    private void Check((HsmAction Kind, uint Archive) place, Dictionary<uint, int> served, Dictionary<(HsmAction Kind, uint Archive), HashSet<uint>> still)
    {
        if (!_passed.TryGetValue(place, out Dictionary<uint, Dictionary<uint, int>>? passed)) _passed.Add(place, passed = []);
        foreach (uint user in passed.Keys.Where(user => served.ContainsKey(user) || !Waits(still, user)).ToArray()) passed.Remove(user);
        foreach (uint user in _waiting.GetValueOrDefault(place, []).Where(user => !served.ContainsKey(user) && Waits(still, user)))
        {
            if (!passed.TryGetValue(user, out Dictionary<uint, int>? by)) passed.Add(user, by = []);
            foreach ((uint other, int count) in served)
            {
                by[other] = by.GetValueOrDefault(other) + count;
                Checks++;
                if (by[other] > Bound + (2 * _longest))
                    lab.Violations.Add($"At {lab.Now}: user {user} waits with a {place.Kind} for archive {place.Archive} while {by[other]} of user {other} were handed out; lists had at most {_longest}.");
            }
        }

        bool Waits(Dictionary<(HsmAction Kind, uint Archive), HashSet<uint>> among, uint user) => among.TryGetValue(place, out HashSet<uint>? users) && users.Contains(user);
    }

    /// <summary>Users with something waiting that any agent may have: text, never handed out before, and of no class that others come before.</summary>
    private Dictionary<(HsmAction Kind, uint Archive), HashSet<uint>> Waiting(CoordinatorCore core)
    {
        var waiting = new Dictionary<(HsmAction Kind, uint Archive), HashSet<uint>>();
        foreach (HsmAction kind in (HsmAction[])[HsmAction.Archive, HsmAction.Restore, HsmAction.Remove])
        {
            foreach (RequestSummary request in core.Waiting(kind))
            {
                if (core.Options.Classes.Any(one => (one.Actions.Count == 0 || one.Actions.Contains(kind)) && (one.ArchiveIds.Count == 0 || one.ArchiveIds.Contains(request.ArchiveId)))) continue;
                if (_handedOut.Contains(request.Key) || !Utf8.IsValid(request.Data.Span)) continue;
                if (!waiting.TryGetValue((kind, request.ArchiveId), out HashSet<uint>? users)) waiting.Add((kind, request.ArchiveId), users = []);
                users.Add(owners.Find(request.Key.DataFid).Uid);
            }
        }

        return waiting;
    }
}
