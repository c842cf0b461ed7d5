namespace Weir.Erasure.Drives.Healing;

/// <summary>What one position is to get so that it holds its shard of a version.</summary>
/// <param name="Position">In the set, from 0.</param>
/// <param name="Drive">That is written to.</param>
/// <param name="Shard">From 1; 0 for a version without shards.</param>
/// <param name="NeedsRecord">Whether the version's record is put into its xl.meta.</param>
/// <param name="Parts">The parts whose shard is rebuilt, ascending.</param>
public sealed record ShardRepair(int Position, Drive Drive, int Shard, bool NeedsRecord, IReadOnlyList<int> Parts);
