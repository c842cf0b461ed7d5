using Weir.Coordinator.Core;

namespace Weir.Coordinator.Scheduling;

/// <summary>Whose a queue is.</summary>
/// <param name="Agent">The agent; null for all of them.</param>
/// <param name="Slot">The agent's batch slot; null outside of one.</param>
internal sealed record Place(Agent? Agent, BatchSlot? Slot);
