using Weir.Coordinator.Core;
using Weir.Coordinator.Requests;
using Weir.Lustre;

namespace Weir.Lab.Coordinators;

/// <summary>Who was handed what, from the agents' own point of view, and whether it was right to hand it to them.</summary>
internal sealed class HandOutLedger(LabCoordinator lab, TimeSpan grace)
{
    private readonly Dictionary<RequestKey, (SimulatedAgent Agent, int Incarnation)> _holders = [];
    private readonly HashSet<RequestKey> _liedAbout = [];

    /// <summary>Somebody has said something false about this request: that it ends here and is taken in again is right then.</summary>
    public void LiedAbout(RequestKey key) => _liedAbout.Add(key);

    public void Ended(RequestKey key) => _holders.Remove(key);

    /// <summary>Before an agent takes a list.</summary>
    public void Check(SimulatedAgent to, HandOut list)
    {
        var taken = new Dictionary<HsmAction, int>();
        foreach (HsmRequest item in list.Items.Span)
        {
            if (item.ArchiveId != list.ArchiveId || item.Flags != list.Flags) Violation(to, item, "in a list of another archive id or other flags");
            if (item.Action == HsmAction.Cancel) continue;
            taken[item.Action] = taken.GetValueOrDefault(item.Action) + 1;
            if (to.Behaviour.ArchiveIds.Count > 0 && !to.Behaviour.ArchiveIds.Contains(item.ArchiveId)) Violation(to, item, "whose archive id it does not serve");
            CheckHolder(to, item);
            _holders[item.Key] = (to, to.Incarnation);
        }

        if (to.Behaviour.MaxOfEach < 0) return;
        foreach ((HsmAction action, int count) in taken)
        {
            if (list.Agent.Running.Of(action) > to.Behaviour.MaxOfEach || count > to.Behaviour.MaxOfEach)
                lab.Violations.Add($"{to.Id} runs {list.Agent.Running.Of(action)} {action} of {to.Behaviour.MaxOfEach}.");
        }
    }

    private void CheckHolder(SimulatedAgent to, HsmRequest item)
    {
        if (!_holders.TryGetValue(item.Key, out (SimulatedAgent Agent, int Incarnation) holder) || holder.Agent == to) return;
        if (holder.Agent.Incarnation != holder.Incarnation || !holder.Agent.Running.Contains(item.Key) || _liedAbout.Contains(item.Key)) return;
        if (holder.Agent.OutOfReachSince is { } since && lab.Now - since >= grace) return;

        // It came back in this very second: when the list was made, it was still away.
        if (holder.Agent.LastAbsence.End == lab.Now && holder.Agent.LastAbsence.Length >= grace) return;
        Violation(to, item, $"which {holder.Agent.Id} runs, out of reach since {holder.Agent.OutOfReachSince?.ToString() ?? "never"}");
    }

    private void Violation(SimulatedAgent to, HsmRequest item, string what) =>
        lab.Violations.Add($"At {lab.Now}: {to.Id} was handed {item.Action} {item.Key}, {what}.");
}
