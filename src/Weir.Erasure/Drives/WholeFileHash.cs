using System.Security.Cryptography;
using Weir.Erasure.Coding;
using Weir.Erasure.Format;

namespace Weir.Erasure.Drives;

/// <summary>Checks a shard file of the oldest format, whose one hash stands in the metadata.</summary>
internal static class WholeFileHash
{
    private const int BufferBytes = 1 << 20;

    /// <summary>What is wrong, or null.</summary>
    public static string? Check(ShardSource source, XlWholeHash expected)
    {
        try
        {
            byte[] hash = expected.Algorithm switch
            {
                XlHashAlgorithm.Sha256 => Sha(source),
                XlHashAlgorithm.HighwayHash256 => Highway(source),
                XlHashAlgorithm.Blake2b512 => Blake(source),
                _ => [],
            };
            return hash.Length > 0 && expected.Hash.Span.SequenceEqual(hash) ? null : $"{source.Where} does not have the {expected.Algorithm} hash of its metadata";
        }
        catch (IOException error)
        {
            return $"{source.Where} cannot be read: {error.Message}";
        }
    }

    private static byte[] Sha(ShardSource source)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        ForEachPiece(source, piece => hash.AppendData(piece));
        return hash.GetHashAndReset();
    }

    private static byte[] Highway(ShardSource source)
    {
        var hasher = new HighwayHasher(HighwayKey.Shards);
        ForEachPiece(source, hasher.Append);
        byte[] hash = new byte[HighwayHash256.SizeBytes];
        hasher.Finish(hash);
        return hash;
    }

    private static byte[] Blake(ShardSource source)
    {
        var hasher = new Blake2b();
        ForEachPiece(source, hasher.Append);
        return hasher.Finish();
    }

    private static void ForEachPiece(ShardSource source, ReadOnlySpanAction consume)
    {
        byte[] buffer = new byte[(int)Math.Min(BufferBytes, Math.Max(source.Length, 1))];
        for (long at = 0; at < source.Length;)
        {
            int read = source.Read(buffer, at);
            if (read == 0) throw new EndOfStreamException("it became shorter while it was read");
            consume(buffer.AsSpan(0, read));
            at += read;
        }
    }

    private delegate void ReadOnlySpanAction(ReadOnlySpan<byte> piece);
}
