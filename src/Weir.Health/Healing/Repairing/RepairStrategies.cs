using Weir.Erasure.Drives.Healing;

namespace Weir.Health.Healing.Repairing;

/// <summary>What kinds of pieces were made.</summary>
internal sealed class RepairStrategies
{
    private bool _hasData, _hasParity, _hasRecords;

    /// <summary>Null where nothing was made.</summary>
    public HealStrategy? Strategy => (_hasData, _hasParity, _hasRecords) switch
    {
        (true, true, _) => HealStrategy.HybridRepair,
        (true, false, _) => HealStrategy.DataShardRepair,
        (false, true, _) => HealStrategy.ParityShardRepair,
        (false, false, true) => HealStrategy.MetadataRestore,
        _ => null,
    };

    public void Add(ObjectOutcome outcome)
    {
        foreach (VersionRepair repair in outcome.Plan.Repairs)
        {
            VersionOutcome? done = outcome.Versions.FirstOrDefault(version => version.Verdict == repair.Verdict);
            if (done is null) continue;
            foreach (ShardRepair shard in repair.Shards.Where(shard => done.Pieces.Any(piece => piece.Drive == shard.Drive)))
            {
                if (shard.Parts.Count == 0) _hasRecords = true;
                else if (shard.Shard <= repair.Verdict.Data) _hasData = true;
                else _hasParity = true;
            }
        }
    }
}
