using System.Security.Cryptography;
using Weir.Erasure.Coding;
using Weir.Erasure.Format;

namespace Weir.Erasure.Drives.Verifying;

/// <summary>
/// Puts the object's bytes together while its shards are read, and compares their MD5 with the ETag: that of the whole, or, of an object
/// in parts, that of its parts' MD5s.
/// </summary>
internal sealed class ETagCheck : IDisposable
{
    private readonly VersionCase _version;
    private readonly ReedSolomon _code;
    private readonly string _etag;
    private readonly IncrementalHash _current = ETagHash.Start();
    private readonly List<byte[]> _parts = [];
    private bool _isIncomplete;

    private ETagCheck(VersionCase version, ReedSolomon code, string etag)
    {
        _version = version;
        _code = code;
        _etag = etag;
    }

    /// <summary>Null where the ETag is no MD5 of the stored bytes, as for what is compressed or encrypted.</summary>
    public static ETagCheck? For(VersionCase version, ReedSolomon code)
    {
        XlObject content = version.Content!;
        if (content.IsCompressed || content.IsEncrypted) return null;
        string etag = content.ETag;
        int dash = etag.IndexOf('-', StringComparison.Ordinal);
        string hash = dash < 0 ? etag : etag[..dash];
        if (hash.Length != 32 || !hash.All(char.IsAsciiHexDigit)) return null;
        bool isPlain = dash < 0 && content.Parts.Count == 1;
        bool isComposite = dash >= 0 && int.TryParse(etag.AsSpan(dash + 1), out int count) && count == content.Parts.Count;
        return isPlain || isComposite ? new(version, code, etag) : null;
    }

    /// <summary>Takes a batch, in order; what is missing of its data is rebuilt in place.</summary>
    /// <param name="batch">The blocks.</param>
    /// <param name="layout">The part's.</param>
    /// <param name="trusted">The shards to use, bit by shard.</param>
    public void Take(DeepBatch batch, in ShardLayout layout, uint trusted)
    {
        for (int block = 0; block < batch.Count && !_isIncomplete; block++)
        {
            uint good = batch.GoodShards(block) & trusted, missing = ((1u << _code.DataShards) - 1) & ~good;
            // Of early RustFS's code nothing can be rebuilt.
            if (uint.PopCount(good) < _code.DataShards || (missing != 0 && _version.IsLegacy))
            {
                _isIncomplete = true;
                return;
            }

            if (missing != 0) _code.PlanRebuild(good, missing).Run(batch.Stripe(block), batch.Stride, batch.PieceBytes(block));
            long left = layout.BlockSizeOf(batch.FirstBlock + block);
            for (int shard = 0; shard < _code.DataShards && left > 0; shard++)
            {
                ReadOnlySpan<byte> piece = batch.Piece(shard, block);
                piece = piece[..(int)Math.Min(piece.Length, left)];
                _current.AppendData(piece);
                left -= piece.Length;
            }
        }
    }

    /// <summary>Ends a part.</summary>
    public void EndPart() => _parts.Add(_current.GetHashAndReset());

    /// <summary>Whether the bytes are the ETag's, when all parts were taken; false also where some could not be had.</summary>
    public bool Matches => !_isIncomplete && string.Equals(Computed(), _etag, StringComparison.OrdinalIgnoreCase);

    /// <summary>Notes on the version what was found, when all parts were taken.</summary>
    public void Finish()
    {
        if (_isIncomplete || _version.IsContradictory || Matches) return;
        _version.Note(FindingKind.ETagMismatch, null, $"the object's bytes have the MD5 {Computed()}, and its ETag is {_etag}");
    }

    private string Computed() => _etag.Contains('-', StringComparison.Ordinal)
        ? $"{ETagHash.Compute([.. _parts.SelectMany(part => part)])}-{_parts.Count}"
        : Convert.ToHexStringLower(_parts[0]);

    public void Dispose() => _current.Dispose();
}
