using Weir.Erasure.Coding;
using Weir.Erasure.Drives.Walking;

namespace Weir.Erasure.Drives.Verifying;

/// <summary>One shard of a part while all its blocks are read.</summary>
internal sealed class DeepShard(ShardState state, ShardSource source, int part)
{
    private long _badBlocks;
    private long _firstBadBlock = -1;

    public ShardState State => state;

    public ShardSource Source => source;

    /// <summary>Whether it is read no more, since the drive fails there.</summary>
    public bool IsGivenUp { get; private set; }

    /// <summary>Reads a batch's blocks and checks their hashes, on a thread of its drive or, for an inline shard, on any.</summary>
    public static unsafe ulong Load(DeepBatch batch, int shard, ShardSource source, CodingPath path, HighwayKey key, DriveWorker? worker)
    {
        int whole = batch.Read(shard, source, worker);
        return batch.CheckHashes(shard, whole, path, key);
    }

    /// <summary>Takes down which blocks of a batch were good.</summary>
    public void Note(DeepBatch batch, ulong good)
    {
        ulong bad = ~good & DeepBatch.Mask(batch.Count);
        if (bad == 0) return;
        if (_badBlocks == 0) _firstBadBlock = batch.FirstBlock + System.Numerics.BitOperations.TrailingZeroCount(bad);
        _badBlocks += System.Numerics.BitOperations.PopCount(bad);
    }

    public void GiveUp(DriveFileException error)
    {
        IsGivenUp = true;
        if (error.IsMediumError) state.BadPart(FindingKind.PartUnreadable, part, error.Message);
        else state.Unknown(FindingKind.DriveFailed, $"{source.Where}: {error.Message}");
    }

    /// <summary>Says what was found, when all was read.</summary>
    public void Finish(long blocks)
    {
        if (_badBlocks > 0 && !state.IsUnknown)
        {
            FindingKind kind = state.IsInline ? FindingKind.InlineDamaged : FindingKind.PartDamaged;
            if (!state.IsPartBad(part)) state.BadPart(kind, part, $"{_badBlocks} of {blocks} blocks of {source.Where} do not match their hash; the first is block {_firstBadBlock}");
        }

        source.Dispose();
    }
}
