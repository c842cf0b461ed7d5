namespace Weir.Erasure.Drives.Healing;

/// <summary>What a run has done so far.</summary>
/// <param name="Looked">Objects that were looked at for the plan.</param>
/// <param name="PlannedObjects">Objects that are to be repaired, also those of an earlier run that is resumed.</param>
/// <param name="DoneObjects">Of those the ones that are done, one way or the other.</param>
/// <param name="PlannedBytes">Bytes of shards to read and write.</param>
/// <param name="DoneBytes">Of those the ones of objects that are done.</param>
/// <param name="WrittenBytes">Bytes that were really written.</param>
public readonly record struct HealTotals(long Looked, long PlannedObjects, long DoneObjects, long PlannedBytes, long DoneBytes, long WrittenBytes);
