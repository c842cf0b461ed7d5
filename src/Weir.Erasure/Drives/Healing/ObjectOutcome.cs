namespace Weir.Erasure.Drives.Healing;

/// <summary>What a repair did for one object.</summary>
/// <param name="Plan">What was to be done.</param>
/// <param name="Versions">What was done.</param>
/// <param name="ReadBytes">Bytes of shards that were read.</param>
/// <param name="WrittenBytes">Bytes of shards and metadata that were written.</param>
public sealed record ObjectOutcome(ObjectPlan Plan, IReadOnlyList<VersionOutcome> Versions, long ReadBytes, long WrittenBytes)
{
    /// <summary>Whether everything that could be planned was done.</summary>
    public bool IsDone => Versions.All(version => version.State == RepairState.Repaired);
}
