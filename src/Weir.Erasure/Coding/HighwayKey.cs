using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace Weir.Erasure.Coding;

/// <summary>A key of HighwayHash: 32 bytes, read as four little-endian words.</summary>
public readonly struct HighwayKey
{
    private readonly Vector256<ulong> _words;

    public HighwayKey(ulong word0, ulong word1, ulong word2, ulong word3) => _words = Vector256.Create(word0, word1, word2, word3);

    /// <param name="key">Exactly 32 bytes.</param>
    /// <exception cref="ArgumentException">The key has another length.</exception>
    public HighwayKey(ReadOnlySpan<byte> key)
    {
        if (key.Length != 32) throw new ArgumentException($"The key has {key.Length} bytes, not 32.", nameof(key));
        _words = Vector256.Create(
            BinaryPrimitives.ReadUInt64LittleEndian(key),
            BinaryPrimitives.ReadUInt64LittleEndian(key[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(key[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(key[24..]));
    }

    /// <summary>The key of shard blocks: the hash of the first 100 decimals of pi under a zero key.</summary>
    public static HighwayKey Shards { get; } = new(
        [
            0x4b, 0xe7, 0x34, 0xfa, 0x8e, 0x23, 0x8a, 0xcd, 0x26, 0x3e, 0x83, 0xe6, 0xbb, 0x96, 0x85, 0x52,
            0x04, 0x0f, 0x93, 0x5d, 0xa3, 0x9f, 0x44, 0x14, 0x97, 0xe0, 0x9d, 0x13, 0x22, 0xde, 0x36, 0xa0,
        ]);

    /// <summary>The key that RustFS used before alpha.87.</summary>
    public static HighwayKey RustFsLegacyShards { get; } = new(3, 4, 2, 1);

    internal Vector256<ulong> Words => _words;
}
