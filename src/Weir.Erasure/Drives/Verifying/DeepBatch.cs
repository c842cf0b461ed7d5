using Weir.Erasure.Coding;
using Weir.Erasure.Drives.Walking;

namespace Weir.Erasure.Drives.Verifying;

/// <summary>
/// Some blocks of a part in memory, of each shard its file bytes with the hashes. All shards of a block lie at one distance from each
/// other, as the Reed-Solomon code wants them. Memory of its own: it may be abandoned with a drive that hangs.
/// </summary>
internal sealed unsafe class DeepBatch : IDisposable
{
    /// <summary>Blocks are noted as bits of one number.</summary>
    public const int MaxBlocks = 64;

    private const int Alignment = 64;

    private readonly ShardLayout _layout;
    private readonly int _block;
    private readonly DeepMemory _pool;
    private readonly nint _memory;
    private readonly long _bytes;
    private readonly byte* _start;

    public DeepBatch(ShardLayout layout, int shards, int targetBytes, DeepMemory pool)
    {
        _layout = layout;
        _pool = pool;
        Shards = shards;
        _block = layout.PieceSize + layout.HashBytes;
        Capacity = CapacityFor(layout, targetBytes);
        Stride = StrideFor(layout, Capacity);
        _bytes = BytesFor(layout, shards, targetBytes);
        _memory = pool.Take(ref _bytes);
        // The first piece begins on a cache line, behind its hash.
        _start = (byte*)_memory + (Alignment - layout.HashBytes % Alignment) % Alignment;
    }

    public int Shards { get; }

    /// <summary>Blocks that fit.</summary>
    public int Capacity { get; }

    /// <summary>Bytes from a shard's piece to the next shard's.</summary>
    public int Stride { get; }

    public long FirstBlock { get; private set; }

    public int Count { get; private set; }

    /// <summary>The good blocks of each shard, bit by block.</summary>
    public ulong[] Good { get; } = new ulong[ReedSolomon.MaxShards];

    /// <summary>Bytes that such a batch takes.</summary>
    public static long BytesFor(ShardLayout layout, int shards, int targetBytes) => (long)shards * StrideFor(layout, CapacityFor(layout, targetBytes)) + (2 * Alignment);

    public static ulong Mask(int count) => count == 64 ? ulong.MaxValue : (1UL << count) - 1;

    public void Start(long firstBlock)
    {
        FirstBlock = firstBlock;
        Count = (int)Math.Min(Capacity, _layout.Blocks - firstBlock);
        Array.Clear(Good);
    }

    /// <summary>Reads the batch's blocks of one shard; says how many came whole.</summary>
    /// <param name="shard">Whose.</param>
    /// <param name="source">Where it lies.</param>
    /// <param name="worker">The drive's thread, whose limits are kept; null for what lies in memory.</param>
    /// <exception cref="IOException">The drive failed.</exception>
    public int Read(int shard, ShardSource source, DriveWorker? worker)
    {
        var wanted = new Span<byte>(_start + (long)shard * Stride, Bytes(Count));
        int bytes = 0;
        while (bytes < wanted.Length)
        {
            int piece = Math.Min(wanted.Length - bytes, worker?.MostAtOnce ?? int.MaxValue);
            worker?.Admit(1, piece);
            int read = source.Read(wanted.Slice(bytes, piece), _layout.OffsetOf(FirstBlock) + bytes);
            bytes += read;
            if (read < piece) break;
        }

        int whole = 0;
        while (whole < Count && Bytes(whole + 1) <= bytes) whole++;
        return whole;
    }

    /// <summary>Which of the first blocks of a shard match their hash, worked on side by side.</summary>
    public ulong CheckHashes(int shard, int whole, CodingPath path, HighwayKey key)
    {
        if (_layout.HashBytes == 0 || whole == 0) return Mask(whole);
        byte** pieces = stackalloc byte*[MaxBlocks];
        byte* hashes = stackalloc byte[MaxBlocks * HighwayHash256.SizeBytes];
        for (int block = 0; block < whole; block++) pieces[block] = At(shard, block);
        // Only the part's last block may be shorter.
        int last = whole - 1, even = _layout.PieceSizeOf(FirstBlock + last) == _layout.PieceSizeOf(FirstBlock) ? whole : last;
        if (even > 0) HighwayHash256.HashBlocks(path, key, pieces, _layout.PieceSizeOf(FirstBlock), even, hashes);
        if (even < whole) HighwayHash256.HashBlocks(path, key, pieces + last, _layout.PieceSizeOf(FirstBlock + last), 1, hashes + last * HighwayHash256.SizeBytes);
        ulong good = 0;
        for (int block = 0; block < whole; block++)
        {
            var stored = new ReadOnlySpan<byte>(pieces[block] - HighwayHash256.SizeBytes, HighwayHash256.SizeBytes);
            if (stored.SequenceEqual(new ReadOnlySpan<byte>(hashes + block * HighwayHash256.SizeBytes, HighwayHash256.SizeBytes))) good |= 1UL << block;
        }

        return good;
    }

    /// <summary>The pieces of a block, from the first shard's on: <see cref="Stride"/> bytes apart.</summary>
    public Span<byte> Stripe(int block) => new(At(0, block), checked((Shards - 1) * Stride + PieceBytes(block)));

    public int PieceBytes(int block) => _layout.PieceSizeOf(FirstBlock + block);

    public ReadOnlySpan<byte> Piece(int shard, int block) => new(At(shard, block), PieceBytes(block));

    /// <summary>The shards whose piece of a block is good, bit by shard.</summary>
    public uint GoodShards(int block)
    {
        uint good = 0;
        for (int shard = 0; shard < Shards; shard++)
        {
            if ((Good[shard] >> block & 1) != 0) good |= 1u << shard;
        }

        return good;
    }

    public void Dispose() => _pool.Give(_memory, _bytes);

    private static int CapacityFor(ShardLayout layout, int targetBytes) =>
        (int)Math.Clamp(targetBytes / (layout.PieceSize + layout.HashBytes), 1, Math.Clamp(layout.Blocks, 1, MaxBlocks));

    private static int StrideFor(ShardLayout layout, int capacity)
    {
        long fileBytes = layout.Blocks == 1 ? layout.FileSize : (long)capacity * (layout.PieceSize + layout.HashBytes);
        // An odd number of cache lines more than a multiple of the alignment, lest all shards fall into the same cache sets.
        return checked((int)((fileBytes + Alignment - 1) / Alignment * Alignment + Alignment));
    }

    private byte* At(int shard, int block) => _start + (long)shard * Stride + (long)block * _block + _layout.HashBytes;

    /// <summary>File bytes of the first blocks of the batch.</summary>
    private int Bytes(int blocks) =>
        blocks == 0 ? 0 : checked((blocks - 1) * _block + _layout.HashBytes + _layout.PieceSizeOf(FirstBlock + blocks - 1));
}
