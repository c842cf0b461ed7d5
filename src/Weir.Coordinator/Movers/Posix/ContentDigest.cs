using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Weir.Coordinator.Movers.Posix;

/// <summary>What a digest is of.</summary>
internal enum DigestKind
{
    /// <summary>SHA-256 of the content, as sha256sum has it.</summary>
    Plain,

    /// <summary>
    /// For files that are mostly holes: SHA-256 of each run of blocks of 4 KiB that are not all zero (the last block may be shorter), each followed by
    /// its offset and its length in bytes, and of the file's size at the end; numbers are 64 bits, little-endian. Which zeros are holes makes no difference.
    /// </summary>
    Sparse,
}

/// <summary>The checksum of a file's content, fed from its beginning to its end.</summary>
internal sealed class ContentDigest(DigestKind kind) : IDisposable
{
    /// <summary>Content is taken in blocks of this size, on their boundaries.</summary>
    public const int BlockBytes = 4096;

    /// <summary>Files with more than this in holes get a <see cref="DigestKind.Sparse"/> digest, or hashing zeros would take as long as somebody likes.</summary>
    public const long MostHoleBytes = 16L << 30;

    private static readonly byte[] Zeros = new byte[256 * 1024];

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _runStart = -1;
    private long _runEnd;

    public DigestKind Kind { get; } = kind;

    public static DigestKind KindFor(in FileStatus status) => status.Size - status.AllocatedBytes > MostHoleBytes ? DigestKind.Sparse : DigestKind.Plain;

    /// <summary>Blocks that are not all zero, at an offset that is a multiple of the block's size.</summary>
    public void AppendData(ReadOnlySpan<byte> data, long offset)
    {
        if (Kind == DigestKind.Sparse)
        {
            if (offset != _runEnd || _runStart < 0)
            {
                EndRun();
                _runStart = offset;
            }

            _runEnd = offset + data.Length;
        }

        _hash.AppendData(data);
    }

    /// <summary>Bytes that are zero. They are taken in pieces, between which <paramref name="look"/> may cancel.</summary>
    public void AppendZeros(long count, Action look)
    {
        if (Kind == DigestKind.Sparse) return;
        for (int pieces = 0; count > 0; pieces++)
        {
            int piece = (int)Math.Min(count, Zeros.Length);
            _hash.AppendData(Zeros.AsSpan(0, piece));
            count -= piece;
            if (pieces % 64 == 63) look();
        }
    }

    /// <summary>The digest, in hex.</summary>
    /// <param name="size">The file's size, in bytes.</param>
    public string Finish(long size)
    {
        if (Kind == DigestKind.Sparse)
        {
            EndRun();
            AppendNumber(size);
        }

        return Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    public void Dispose() => _hash.Dispose();

    private void EndRun()
    {
        if (_runStart < 0) return;
        AppendNumber(_runStart);
        AppendNumber(_runEnd - _runStart);
        _runStart = -1;
    }

    private void AppendNumber(long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        _hash.AppendData(bytes);
    }
}
