using Weir.Erasure.Coding;

namespace Weir.Erasure.Drives.Verifying;

/// <summary>
/// Whether pieces that each match their hash belong together, and if not, which of them is wrong. The hash covers neither a block's place
/// nor its object, so exchanged and stale blocks pass it.
/// </summary>
internal sealed class ParityCheck(ReedSolomon code)
{
    /// <summary>So many combinations of shards are tried for one block.</summary>
    private const int MaxTries = 5000;

    private readonly Dictionary<(uint Present, uint Wanted), RebuildPlan> _plans = [];

    /// <summary>Whether the good pieces of a block are consistent; with no more than there are data shards they always are.</summary>
    public bool IsConsistent(DeepBatch batch, int block, uint good)
    {
        if (good == (1u << code.TotalShards) - 1) return code.VerifyParity(batch.Stripe(block), batch.Stride, batch.PieceBytes(block));
        return uint.PopCount(good) <= code.DataShards || IsConsistent(Copy(batch, block), batch.PieceBytes(block), good);
    }

    /// <summary>
    /// The shards whose piece is wrong; 0 where the code cannot tell. It can when at most half as many are wrong as there are more good
    /// ones than data shards, and when two shards were exchanged, unless both explain it.
    /// </summary>
    public uint FindWrong(DeepBatch batch, int block, uint good)
    {
        byte[] stripe = Copy(batch, block);
        int length = batch.PieceBytes(block), spare = (int)uint.PopCount(good) - code.DataShards;
        int tries = 0;
        for (int wrong = 1; wrong <= spare / 2; wrong++)
        {
            foreach (uint suspects in Combinations(good, wrong))
            {
                if (++tries > MaxTries) return 0;
                if (!IsConsistent(stripe, length, good & ~suspects)) continue;
                // Two exchanged shards err alike, which may look as if a third alone were wrong.
                return FindExchange(stripe, length, good) == 0 ? suspects : 0;
            }
        }

        return FindExchange(stripe, length, good);
    }

    /// <summary>The good shards that are not what the trusted ones make them.</summary>
    public uint FindOthers(DeepBatch batch, int block, uint good, uint trusted)
    {
        uint sources = good & trusted, wrong = 0;
        if (uint.PopCount(sources) < code.DataShards) return 0;
        byte[] stripe = Copy(batch, block);
        for (int shard = 0; shard < code.TotalShards; shard++)
        {
            uint bit = 1u << shard;
            if ((good & ~sources & bit) != 0 && !IsConsistent(stripe, batch.PieceBytes(block), sources | bit)) wrong |= bit;
        }

        return wrong;
    }

    private uint FindExchange(byte[] stripe, int length, uint good)
    {
        uint found = 0;
        foreach (uint pair in Combinations(good, 2))
        {
            int one = System.Numerics.BitOperations.TrailingZeroCount(pair), other = 31 - System.Numerics.BitOperations.LeadingZeroCount(pair);
            Exchange(stripe, length, one, other);
            bool consistent = IsConsistent(stripe, length, good);
            Exchange(stripe, length, one, other);
            if (!consistent) continue;
            // Two explanations are none.
            if (found != 0) return 0;
            found = pair;
        }

        return found;
    }

    private bool IsConsistent(byte[] stripe, int length, uint good)
    {
        uint sources = 0;
        for (int shard = 0, left = code.DataShards; shard < code.TotalShards && left > 0; shard++)
        {
            if ((good >> shard & 1) == 0) continue;
            sources |= 1u << shard;
            left--;
        }

        uint rest = good & ~sources;
        if (rest == 0) return true;
        byte[] made = (byte[])stripe.Clone();
        Plan(sources, rest).Run(made, length, length);
        for (int shard = 0; shard < code.TotalShards; shard++)
        {
            if ((rest >> shard & 1) != 0 && !made.AsSpan(shard * length, length).SequenceEqual(stripe.AsSpan(shard * length, length))) return false;
        }

        return true;
    }

    private RebuildPlan Plan(uint present, uint wanted)
    {
        if (_plans.TryGetValue((present, wanted), out RebuildPlan? plan)) return plan;
        if (_plans.Count > 256) _plans.Clear();
        return _plans[(present, wanted)] = code.PlanRebuild(present, wanted);
    }

    private byte[] Copy(DeepBatch batch, int block)
    {
        int length = batch.PieceBytes(block);
        byte[] stripe = new byte[code.TotalShards * length];
        for (int shard = 0; shard < code.TotalShards; shard++) batch.Piece(shard, block).CopyTo(stripe.AsSpan(shard * length));
        return stripe;
    }

    private static void Exchange(byte[] stripe, int length, int one, int other)
    {
        byte[] kept = stripe.AsSpan(one * length, length).ToArray();
        stripe.AsSpan(other * length, length).CopyTo(stripe.AsSpan(one * length));
        kept.CopyTo(stripe.AsSpan(other * length));
    }

    private static IEnumerable<uint> Combinations(uint from, int count)
    {
        for (uint chosen = 1; chosen < 1u << 16; chosen++)
        {
            if ((chosen & ~from) == 0 && uint.PopCount(chosen) == count) yield return chosen;
        }
    }
}
