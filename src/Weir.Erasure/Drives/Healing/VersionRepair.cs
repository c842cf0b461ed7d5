using Weir.Erasure.Drives.Verifying;
using Weir.Erasure.Format;

namespace Weir.Erasure.Drives.Healing;

/// <summary>What is to be done for one version of an object.</summary>
/// <param name="Verdict">What is wrong with it.</param>
/// <param name="Shards">The positions that get something.</param>
public sealed record VersionRepair(VersionVerdict Verdict, IReadOnlyList<ShardRepair> Shards)
{
    /// <summary>The version's record, as most holders have it.</summary>
    internal XlBody Body => Verdict.Version!.Body;

    internal XlObject? Content => Body.Object;

    /// <summary>Bytes of shards that are written; metadata not counted.</summary>
    public long WriteBytes => Shards.Sum(shard => shard.Parts.Sum(PartBytes));

    /// <summary>Bytes of shards that are read to make them, and of those that only lack their record, which are read before they get it.</summary>
    public long ReadBytes => Content is not { } content ? 0
        : (Shards.SelectMany(shard => shard.Parts).Distinct().Sum(PartBytes) * content.Data) + Shards.Where(shard => shard.NeedsRecord).Sum(HeldBytes);

    /// <summary>See <see cref="ObjectPlan.MemoryBytes"/>.</summary>
    internal long MemoryBytes => WriteBytes == 0 ? 0
        : 2L * Content!.TotalShards * Shards.SelectMany(shard => shard.Parts).Distinct().Max(number => Math.Min(PartBytes(number), StripeBatch.TargetBytes));

    /// <summary>Bytes of a position's shards that it has, though not the record.</summary>
    private long HeldBytes(ShardRepair shard) => Content is not { Size: > 0, IsRemote: false } content ? 0
        : content.Parts.Where(part => part.Size > 0 && !shard.Parts.Contains(part.Number)).Sum(part => PartBytes(part.Number));

    private long PartBytes(int number) =>
        Content!.Parts.FirstOrDefault(part => part.Number == number) is { } part ? new ShardLayout(Content, part.Size, Content.Dialect).FileSize : 0;
}
