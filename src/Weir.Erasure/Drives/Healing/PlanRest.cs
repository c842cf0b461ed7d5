namespace Weir.Erasure.Drives.Healing;

/// <summary>What a plan has left to do.</summary>
/// <param name="Objects">Objects that are not done yet.</param>
/// <param name="Bytes">Bytes of shards that they read and write.</param>
public readonly record struct PlanRest(long Objects, long Bytes);
