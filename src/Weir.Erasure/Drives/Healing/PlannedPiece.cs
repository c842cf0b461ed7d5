using Weir.Erasure.Format;

namespace Weir.Erasure.Drives.Healing;

/// <summary>A file that a repair writes.</summary>
/// <param name="Drive">Where.</param>
/// <param name="Shard">From 1; 0 for a version without shards.</param>
/// <param name="Path">Below the drive's root.</param>
/// <param name="Part">The part's number; null for metadata.</param>
public sealed record PlannedPiece(Drive Drive, int Shard, string Path, int? Part)
{
    /// <summary>What the repair of a version writes, as far as is known before its shards are read.</summary>
    public static IEnumerable<PlannedPiece> Of(ObjectName name, VersionRepair repair)
    {
        foreach (ShardRepair shard in repair.Shards)
        {
            if (!repair.Verdict.IsInline)
            {
                foreach (int part in shard.Parts) yield return new(shard.Drive, shard.Shard, SourceShard.PartPath(repair, name, part), part);
            }

            if (shard.NeedsRecord || (repair.Verdict.IsInline && shard.Parts.Count > 0)) yield return new(shard.Drive, shard.Shard, $"{name.Path}/{XlMeta.FileName}", null);
        }
    }
}
