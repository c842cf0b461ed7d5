using System.Buffers;
using Weir.Erasure.Coding;

namespace Weir.Erasure.Drives.Making;

/// <summary>Codes a stream into shards: for each block a piece to each shard's stream, behind its hash.</summary>
internal sealed class ShardWriter
{
    private readonly ReedSolomon _code;
    private readonly int _blockBytes;
    private readonly byte[] _stripe;
    private readonly int _stride;
    private readonly byte[] _block;

    public ShardWriter(ReedSolomon code, int blockBytes)
    {
        _code = code;
        _blockBytes = blockBytes;
        int piece = (blockBytes + code.DataShards - 1) / code.DataShards;
        _stride = piece + 64;
        _stripe = new byte[code.TotalShards * _stride];
        _block = new byte[blockBytes];
    }

    /// <summary>Writes up to <paramref name="limit"/> bytes of the source; returns how many there were.</summary>
    /// <param name="source">The data.</param>
    /// <param name="limit">The most that is taken.</param>
    /// <param name="shards">A stream for each shard, in order.</param>
    /// <param name="seen">Gets the data as it goes by.</param>
    public long Write(Stream source, long limit, IReadOnlyList<Stream> shards, Action<ReadOnlySpan<byte>> seen)
    {
        long written = 0;
        while (written < limit)
        {
            int length = source.ReadAtLeast(_block.AsSpan(0, (int)Math.Min(_blockBytes, limit - written)), (int)Math.Min(_blockBytes, limit - written), throwOnEndOfStream: false);
            if (length == 0) break;
            seen(_block.AsSpan(0, length));
            WriteBlock(length, shards);
            written += length;
            if (length < _blockBytes) break;
        }

        return written;
    }

    private void WriteBlock(int length, IReadOnlyList<Stream> shards)
    {
        int piece = (length + _code.DataShards - 1) / _code.DataShards;
        for (int shard = 0; shard < _code.DataShards; shard++)
        {
            Span<byte> target = _stripe.AsSpan(shard * _stride, piece);
            int from = Math.Min(shard * piece, length), have = Math.Min(piece, length - from);
            _block.AsSpan(from, have).CopyTo(target);
            target[have..].Clear();
        }

        _code.Encode(_stripe, _stride, piece);
        byte[] hashes = ArrayPool<byte>.Shared.Rent(_code.TotalShards * HighwayHash256.SizeBytes);
        HighwayHash256.HashBlocks(HighwayKey.Shards, _stripe, _stride, piece, _code.TotalShards, hashes);
        for (int shard = 0; shard < _code.TotalShards; shard++)
        {
            shards[shard].Write(hashes, shard * HighwayHash256.SizeBytes, HighwayHash256.SizeBytes);
            shards[shard].Write(_stripe, shard * _stride, piece);
        }

        ArrayPool<byte>.Shared.Return(hashes);
    }
}
