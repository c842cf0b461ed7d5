using Weir.Coordinator.Scheduling;
using Weir.Lustre;

namespace Weir.Coordinator.Core;

/// <summary>One of the places that an agent's lists are filled from: what waits for it alone, what waits for all, or one of its batch slots.</summary>
/// <param name="kind">The kind of work.</param>
/// <param name="isOwn">What waits for the agent alone.</param>
/// <param name="slot">The batch slot; null for a queue.</param>
internal sealed class WorkSource(HsmAction kind, bool isOwn, BatchSlot? slot)
{
    public HsmAction Kind => kind;

    public bool IsOwn => isOwn;

    public BatchSlot? Slot => slot;

    /// <summary>How many lists in a row went without its next request, because that has other flags or another archive id.</summary>
    public int PassedOver { get; set; }

    /// <summary>An agent's sources in the order of their priority: restores, removes, archives; of each first what is for it alone.</summary>
    public static WorkSource[] All(IReadOnlyList<BatchSlot> slots)
    {
        IEnumerable<WorkSource> archives = slots.Count > 0 ? slots.Select(slot => new WorkSource(HsmAction.Archive, isOwn: true, slot)) : Both(HsmAction.Archive);
        return [.. Both(HsmAction.Restore), .. Both(HsmAction.Remove), .. archives];

        static IEnumerable<WorkSource> Both(HsmAction kind) => [new(kind, isOwn: true, null), new(kind, isOwn: false, null)];
    }
}
