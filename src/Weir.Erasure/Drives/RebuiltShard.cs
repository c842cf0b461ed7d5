namespace Weir.Erasure.Drives;

/// <summary>A data shard of which blocks were rebuilt.</summary>
public sealed class RebuiltShard
{
    private long _blocks;

    internal RebuiltShard(int part, int shard, string reason)
    {
        Part = part;
        Shard = shard;
        Reason = reason;
    }

    public int Part { get; }

    /// <summary>From 1.</summary>
    public int Shard { get; }

    /// <summary>What was wrong with it.</summary>
    public string Reason { get; }

    public long Blocks => Interlocked.Read(ref _blocks);

    internal void AddBlock() => Interlocked.Increment(ref _blocks);
}
