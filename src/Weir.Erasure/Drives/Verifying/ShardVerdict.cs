namespace Weir.Erasure.Drives.Verifying;

/// <summary>One position's shard of a version.</summary>
/// <param name="Position">In the set, from 0.</param>
/// <param name="Drive">Null where none was given.</param>
/// <param name="Shard">The shard's number from 1, as the version's distribution has it; 0 for a version without shards.</param>
/// <param name="Needs">What it lacks.</param>
/// <param name="Parts">The numbers of the parts whose shard it lacks or has damaged, ascending.</param>
public sealed record ShardVerdict(int Position, Drive? Drive, int Shard, ShardNeeds Needs, IReadOnlyList<int> Parts)
{
    /// <summary>Whether the record is there as it must be.</summary>
    public bool HasMetadata => (Needs & (ShardNeeds.Metadata | ShardNeeds.Unknown)) == 0;

    /// <summary>Whether its data is whole, as far as was looked. It may be so without a record.</summary>
    public bool HasData => (Needs & (ShardNeeds.Data | ShardNeeds.Unknown)) == 0;
}
