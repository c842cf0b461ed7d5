using Weir.Erasure.Coding;
using Weir.Erasure.Format;

namespace Weir.Erasure.Drives.Verifying;

/// <summary>Checks a shard that lies in the metadata: its size and the hash of each block.</summary>
internal static class InlineCheck
{
    /// <summary>What is wrong, or null.</summary>
    public static string? Fault(ReadOnlySpan<byte> shard, in ShardLayout layout, HighwayKey key)
    {
        if (shard.Length != layout.FileSize) return $"the inline shard has {shard.Length} bytes and not {layout.FileSize}";
        if (layout.HashBytes == 0) return null;
        Span<byte> hash = stackalloc byte[HighwayHash256.SizeBytes];
        for (long block = 0; block < layout.Blocks; block++)
        {
            ReadOnlySpan<byte> stored = shard.Slice((int)layout.OffsetOf(block), layout.HashBytes);
            HighwayHash256.Hash(key, shard.Slice((int)layout.OffsetOf(block) + layout.HashBytes, layout.PieceSizeOf(block)), hash);
            if (!stored.SequenceEqual(hash)) return $"block {block} of the inline shard does not match its hash";
        }

        return null;
    }

    /// <summary>Whether the shard is one of early RustFS: another key, pieces of even length.</summary>
    public static bool IsLegacy(ReadOnlySpan<byte> shard, XlObject content, XlPart part) =>
        Fault(shard, new ShardLayout(content, part.Size, XlDialect.RustFsLegacy), HighwayKey.RustFsLegacyShards) is null;
}
