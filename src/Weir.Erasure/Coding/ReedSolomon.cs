namespace Weir.Erasure.Coding;

/// <summary>
/// The systematic Reed-Solomon code over GF(2^8) of MinIO and RustFS (since alpha.87): shards 0 to data-1 are the data, the others
/// parity, and any <c>data</c> of them give all. All shards of a stripe lie in one buffer, shard <c>i</c> at <c>i * stride</c>.
/// Instances are immutable and may be used by any number of threads.
/// </summary>
public sealed class ReedSolomon
{
    /// <summary>The most shards of a set in the format.</summary>
    public const int MaxShards = 16;

    // Kept on the stack by VerifyParity: one piece of each parity shard.
    private const int VerifyPieceBytes = 4096;

    private readonly GaloisMatrix _generator;
    private readonly GaloisTable? _encoding;

    /// <param name="data">Data shards, 1 or more.</param>
    /// <param name="parity">Parity shards, 0 or more; with data at most <see cref="MaxShards"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The format knows no such code.</exception>
    public ReedSolomon(int data, int parity)
        : this(data, parity, CodingPaths.Current)
    {
    }

    internal ReedSolomon(int data, int parity, CodingPath path)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(data, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(parity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(data + parity, MaxShards, nameof(parity));
        DataShards = data;
        ParityShards = parity;
        Path = path;
        _generator = GaloisMatrix.Generator(data, parity);
        if (parity > 0) _encoding = new GaloisTable(Rows(_generator, data, parity), path);
    }

    public int DataShards { get; }

    public int ParityShards { get; }

    public int TotalShards => DataShards + ParityShards;

    internal CodingPath Path { get; }

    /// <summary>The coefficients of parity shard <paramref name="parity"/>, one per data shard.</summary>
    internal ReadOnlySpan<byte> ParityRow(int parity) => _generator.Row(DataShards + parity);

    /// <summary>Makes the parity shards of a stripe from its data shards.</summary>
    /// <param name="stripe">The shards, each <paramref name="stride"/> bytes after the one before.</param>
    /// <param name="stride">Bytes from a shard to the next, at least <paramref name="length"/>. A power of two makes all shards fall
    /// into the same cache sets; 64 more does not.</param>
    /// <param name="length">Bytes of each shard.</param>
    public unsafe void Encode(Span<byte> stripe, int stride, int length)
    {
        CheckStripe(stripe, stride, length);
        if (_encoding is null || length == 0) return;
        fixed (byte* start = stripe)
        {
            byte** shards = stackalloc byte*[MaxShards];
            for (int i = 0; i < TotalShards; i++) shards[i] = start + (nint)i * stride;
            GaloisKernel.Multiply(_encoding, shards, shards + DataShards, (nuint)length);
        }
    }

    /// <summary>Whether the parity shards of a stripe are those of its data shards.</summary>
    public unsafe bool VerifyParity(ReadOnlySpan<byte> stripe, int stride, int length)
    {
        CheckStripe(stripe, stride, length);
        if (_encoding is null) return true;
        Span<byte> expected = stackalloc byte[ParityShards * VerifyPieceBytes];
        fixed (byte* start = stripe, computed = expected)
        {
            byte** data = stackalloc byte*[MaxShards];
            byte** parity = stackalloc byte*[MaxShards];
            for (int i = 0; i < ParityShards; i++) parity[i] = computed + i * VerifyPieceBytes;
            for (int at = 0; at < length; at += VerifyPieceBytes)
            {
                int piece = Math.Min(VerifyPieceBytes, length - at);
                for (int i = 0; i < DataShards; i++) data[i] = start + (nint)i * stride + at;
                GaloisKernel.Multiply(_encoding, data, parity, (nuint)piece);
                for (int i = 0; i < ParityShards; i++)
                {
                    if (!stripe.Slice((DataShards + i) * stride + at, piece).SequenceEqual(expected.Slice(i * VerifyPieceBytes, piece))) return false;
                }
            }
        }

        return true;
    }

    /// <summary>How to make missing shards from present ones. A plan can be run on any number of stripes.</summary>
    /// <param name="present">The shards that are good, bit <c>i</c> for shard <c>i</c>; the lowest <see cref="DataShards"/> of them are used.</param>
    /// <param name="wanted">The shards to make; none of them may be present.</param>
    /// <exception cref="ArgumentException">Too few shards are present, or a wanted one is present or does not exist.</exception>
    public RebuildPlan PlanRebuild(uint present, uint wanted)
    {
        uint all = (1u << TotalShards) - 1;
        if ((present & wanted) != 0 || (wanted & ~all) != 0 || (present & ~all) != 0)
        {
            throw new ArgumentException($"Shards {wanted:b} cannot be wanted where {present:b} of {TotalShards} are present.", nameof(wanted));
        }

        if (uint.PopCount(present) < DataShards)
        {
            throw new ArgumentException($"{uint.PopCount(present)} shards are present, and {DataShards} are needed.", nameof(present));
        }

        return new RebuildPlan(this, _generator, present, wanted);
    }

    internal void CheckStripe(ReadOnlySpan<byte> stripe, int stride, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, length);
        long needed = (long)(TotalShards - 1) * stride + length;
        if (stripe.Length < needed) throw new ArgumentException($"The stripe has {stripe.Length} bytes and needs {needed}.", nameof(stripe));
    }

    private static GaloisMatrix Rows(GaloisMatrix matrix, int first, int count)
    {
        var rows = new GaloisMatrix(count, matrix.Columns);
        for (int row = 0; row < count; row++)
        {
            for (int column = 0; column < matrix.Columns; column++) rows[row, column] = matrix[first + row, column];
        }

        return rows;
    }
}
