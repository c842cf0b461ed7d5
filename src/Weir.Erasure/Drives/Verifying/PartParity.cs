using Weir.Erasure.Coding;
using Weir.Erasure.Format;

namespace Weir.Erasure.Drives.Verifying;

/// <summary>Whether the blocks of a part belong together, batch by batch, and which shards are to blame where they do not.</summary>
/// <param name="version">The version.</param>
/// <param name="part">The part.</param>
/// <param name="code">Its code.</param>
/// <param name="maxExplained">So many blocks that do not belong together are looked into.</param>
/// <param name="trusted">The shards that are known to be right, bit by shard; all bits where none is.</param>
internal sealed class PartParity(VersionCase version, XlPart part, ReedSolomon code, int maxExplained, uint trusted)
{
    private readonly ParityCheck _check = new(code);
    private readonly long[] _wrong = new long[ReedSolomon.MaxShards];
    private readonly long[] _firstWrong = new long[ReedSolomon.MaxShards];
    private long _mismatches;
    private long _unexplained;
    private long _firstUnexplained;

    /// <summary>Checks a batch; pieces that are to blame are good no more.</summary>
    public void Check(DeepBatch batch)
    {
        for (int block = 0; block < batch.Count; block++)
        {
            uint good = batch.GoodShards(block);
            if (_check.IsConsistent(batch, block, good)) continue;
            long number = batch.FirstBlock + block;
            // Rot of this kind comes in whole shards: what some blocks show holds for the rest.
            uint wrong = trusted != uint.MaxValue ? _check.FindOthers(batch, block, good, trusted)
                : _mismatches++ < maxExplained ? _check.FindWrong(batch, block, good) : KnownWrong();
            if (wrong == 0 && _unexplained++ == 0) _firstUnexplained = number;
            for (int shard = 0; shard < code.TotalShards; shard++)
            {
                if ((wrong >> shard & 1) == 0) continue;
                batch.Good[shard] &= ~(1UL << block);
                if (_wrong[shard]++ == 0) _firstWrong[shard] = number;
            }
        }
    }

    public void Finish(DeepShard?[] shards)
    {
        for (int shard = 0; shard < code.TotalShards; shard++)
        {
            if (_wrong[shard] == 0 || shards[shard] is not { } blamed) continue;
            blamed.State.BadPart(
                FindingKind.ParityMismatch, part.Number, $"{_wrong[shard]} blocks of {blamed.Source.Where} match their hash and do not belong to the others; the first is block {_firstWrong[shard]}");
        }

        if (_unexplained == 0) return;
        version.IsContradictory = true;
        version.Note(
            FindingKind.ParityMismatch, part.Number, $"in {_unexplained} blocks the shards match their hashes and do not belong together, and which are wrong cannot be told; the first is block {_firstUnexplained}");
    }

    private uint KnownWrong()
    {
        uint known = 0;
        for (int shard = 0; shard < code.TotalShards; shard++)
        {
            if (_wrong[shard] > 0) known |= 1u << shard;
        }

        return known;
    }
}
