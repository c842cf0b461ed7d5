using Weir.Erasure.Coding;
using Weir.Erasure.Format;

namespace Weir.Erasure.Drives;

/// <summary>
/// Where the bytes of one part lie in its shard files: blocks of <see cref="BlockSize"/> bytes are each cut into as many pieces as there
/// are data shards, and each piece stands in its file behind its hash. All sizes in bytes.
/// </summary>
public readonly record struct ShardLayout
{
    private readonly int _data;
    private readonly bool _even;

    /// <param name="content">An object whose <see cref="XlObject.Problem"/> is null.</param>
    /// <param name="partSize">Stored bytes of the part.</param>
    /// <param name="dialect">Whose rounding is used.</param>
    public ShardLayout(XlObject content, long partSize, XlDialect dialect)
    {
        _data = content.Data;
        _even = dialect == XlDialect.RustFsLegacy;
        BlockSize = content.BlockSize;
        PartSize = partSize;
        HashBytes = content.HashAlgorithm == XlHashAlgorithm.HighwayHash256Streaming ? HighwayHash256.SizeBytes : 0;
        PieceSize = Piece(BlockSize);
        Blocks = (partSize + BlockSize - 1) / BlockSize;
    }

    public long BlockSize { get; }

    public long PartSize { get; }

    /// <summary>Before each piece: 32, or 0 where a hash covers the whole file.</summary>
    public int HashBytes { get; }

    /// <summary>A piece of a full block.</summary>
    public int PieceSize { get; }

    public long Blocks { get; }

    /// <summary>The whole shard file.</summary>
    public long FileSize => Blocks == 0 ? 0 : (Blocks - 1) * (PieceSize + HashBytes) + PieceSizeOf(Blocks - 1) + HashBytes;

    /// <summary>Data bytes of a block.</summary>
    public long BlockSizeOf(long block) => block < Blocks - 1 ? BlockSize : PartSize - (Blocks - 1) * BlockSize;

    /// <summary>A piece of a block: less in the last one.</summary>
    public int PieceSizeOf(long block) => Piece(BlockSizeOf(block));

    /// <summary>Where a block's hash begins in the file.</summary>
    public long OffsetOf(long block) => block * (PieceSize + HashBytes);

    private int Piece(long bytes)
    {
        int piece = (int)((bytes + _data - 1) / _data);
        return _even ? piece + 1 & ~1 : piece;
    }
}
