using Weir.Erasure.Coding;
using Weir.Erasure.Drives.Walking;

namespace Weir.Erasure.Drives;

/// <summary>
/// Some blocks of a part in memory: for each shard its file bytes, hashes included, and which blocks of it are good. All shards of a
/// block lie at one distance from each other, as the Reed-Solomon code wants them.
/// </summary>
internal sealed class StripeBatch
{
    /// <summary>Of each shard, at least one block: large enough that a read is worth its call and seek.</summary>
    internal const int TargetBytes = 1 << 20;

    private const int Alignment = 64;

    private readonly ShardLayout _layout;
    private readonly int _shards;
    private readonly byte[] _buffer;
    private readonly int _offset;
    private readonly int _stride;
    private readonly uint[] _good;
    private readonly uint[] _loaded;

    /// <param name="layout">Where the part's bytes lie.</param>
    /// <param name="shards">How many shards there are.</param>
    /// <param name="rent">Gives a pinned buffer of at least so many bytes; null makes one.</param>
    public StripeBatch(ShardLayout layout, int shards, Func<int, byte[]>? rent = null)
    {
        _layout = layout;
        _shards = shards;
        int block = layout.PieceSize + layout.HashBytes;
        Capacity = (int)Math.Clamp(TargetBytes / block, 1, Math.Max(layout.Blocks, 1));
        // An odd number of cache lines more than a multiple of the alignment, lest all shards fall into the same cache sets.
        int fileBytes = layout.Blocks == 1 ? (int)layout.FileSize : Capacity * block;
        _stride = (fileBytes + Alignment - 1) / Alignment * Alignment + Alignment;
        int bytes = shards * _stride + Alignment;
        _buffer = rent?.Invoke(bytes) ?? GC.AllocateUninitializedArray<byte>(bytes, pinned: true);
        // The first piece begins on a cache line, behind its hash.
        _offset = (int)((Alignment - (Address(_buffer) + layout.HashBytes) % Alignment) % Alignment);
        _good = new uint[Capacity];
        _loaded = new uint[Capacity];
    }

    /// <summary>What was given by the caller of the constructor, to be given back.</summary>
    public byte[] Buffer => _buffer;

    /// <summary>Blocks that fit.</summary>
    public int Capacity { get; }

    public long FirstBlock { get; private set; }

    public int Count { get; private set; }

    /// <summary>The shards that are good for a block, bit by shard.</summary>
    public uint Good(int block) => _good[block];

    /// <summary>The shards that were read and looked at for a block.</summary>
    public uint Loaded(int block) => _loaded[block];

    public void Start(long firstBlock, long blocksLeft)
    {
        FirstBlock = firstBlock;
        Count = (int)Math.Min(Capacity, blocksLeft);
        Array.Clear(_good);
        Array.Clear(_loaded);
    }

    /// <summary>Reads the batch's blocks of one shard; any number of shards at once. Returns how many blocks came whole.</summary>
    /// <param name="shard">From 0.</param>
    /// <param name="source">Its bytes.</param>
    /// <param name="worker">At whose pace; null for as fast as it goes.</param>
    /// <exception cref="IOException">The drive failed.</exception>
    public int Load(int shard, ShardSource source, DriveWorker? worker = null)
    {
        Span<byte> bytes = _buffer.AsSpan(_offset + shard * _stride, Bytes(Count));
        int read = worker is null ? source.Read(bytes, _layout.OffsetOf(FirstBlock)) : source.Read(bytes, _layout.OffsetOf(FirstBlock), worker);
        int whole = 0;
        while (whole < Count && Bytes(whole + 1) <= read) whole++;
        return whole;
    }

    /// <summary>Notes that a shard was tried, and that its first blocks came whole.</summary>
    public void Accept(int shard, int wholeBlocks)
    {
        for (int block = 0; block < Count; block++)
        {
            _loaded[block] |= 1u << shard;
            if (block < wholeBlocks) _good[block] |= 1u << shard;
        }
    }

    /// <summary>Checks the hashes of shards that were just loaded; those that do not pass are not good. Returns the shards with damage.</summary>
    public unsafe uint Check(CodingPath path, HighwayKey key, uint shards)
    {
        if (_layout.HashBytes == 0) return 0;
        uint damaged = 0;
        byte** pieces = stackalloc byte*[ReedSolomon.MaxShards];
        int* numbers = stackalloc int[ReedSolomon.MaxShards];
        byte* hashes = stackalloc byte[ReedSolomon.MaxShards * HighwayHash256.SizeBytes];
        fixed (byte* start = _buffer)
        {
            for (int block = 0; block < Count; block++)
            {
                int count = 0;
                for (int shard = 0; shard < _shards; shard++)
                {
                    if ((shards & _good[block] & 1u << shard) == 0) continue;
                    numbers[count] = shard;
                    pieces[count++] = start + At(shard, block);
                }

                HighwayHash256.HashBlocks(path, key, pieces, _layout.PieceSizeOf(FirstBlock + block), count, hashes);
                for (int i = 0; i < count; i++)
                {
                    var stored = new ReadOnlySpan<byte>(pieces[i] - HighwayHash256.SizeBytes, HighwayHash256.SizeBytes);
                    if (stored.SequenceEqual(new ReadOnlySpan<byte>(hashes + i * HighwayHash256.SizeBytes, HighwayHash256.SizeBytes))) continue;
                    _good[block] &= ~(1u << numbers[i]);
                    damaged |= 1u << numbers[i];
                }
            }
        }

        return damaged;
    }

    /// <summary>Makes what the plan wants of a block, in place.</summary>
    public void Rebuild(int block, RebuildPlan plan) =>
        plan.Run(_buffer.AsSpan(At(0, block)), _stride, _layout.PieceSizeOf(FirstBlock + block));

    /// <summary>Puts the hash of each block of shards before it.</summary>
    public unsafe void WriteHashes(CodingPath path, HighwayKey key, uint shards)
    {
        if (_layout.HashBytes == 0) return;
        byte** pieces = stackalloc byte*[ReedSolomon.MaxShards];
        byte* hashes = stackalloc byte[ReedSolomon.MaxShards * HighwayHash256.SizeBytes];
        fixed (byte* start = _buffer)
        {
            for (int block = 0; block < Count; block++)
            {
                int count = 0;
                for (int shard = 0; shard < _shards; shard++)
                {
                    if ((shards & 1u << shard) != 0) pieces[count++] = start + At(shard, block);
                }

                HighwayHash256.HashBlocks(path, key, pieces, _layout.PieceSizeOf(FirstBlock + block), count, hashes);
                for (int i = 0; i < count; i++) new ReadOnlySpan<byte>(hashes + i * HighwayHash256.SizeBytes, HighwayHash256.SizeBytes).CopyTo(new(pieces[i] - HighwayHash256.SizeBytes, HighwayHash256.SizeBytes));
            }
        }
    }

    /// <summary>The batch's bytes of a shard as they stand in its file, hashes included.</summary>
    public ReadOnlyMemory<byte> FileBytes(int shard) => _buffer.AsMemory(_offset + shard * _stride, Bytes(Count));

    /// <summary>A piece of a block.</summary>
    public ReadOnlyMemory<byte> Piece(int shard, int block) => _buffer.AsMemory(At(shard, block), _layout.PieceSizeOf(FirstBlock + block));

    private int At(int shard, int block) => _offset + shard * _stride + block * (_layout.PieceSize + _layout.HashBytes) + _layout.HashBytes;

    /// <summary>File bytes of the first blocks of the batch.</summary>
    private int Bytes(int blocks)
    {
        if (blocks == 0) return 0;
        return (blocks - 1) * (_layout.PieceSize + _layout.HashBytes) + _layout.HashBytes + _layout.PieceSizeOf(FirstBlock + blocks - 1);
    }

    private static unsafe long Address(byte[] pinned)
    {
        fixed (byte* start = pinned) return (long)start;
    }
}
