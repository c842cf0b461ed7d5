namespace Weir.Erasure.Drives.Verifying;

/// <summary>What is true of a version, in one word.</summary>
public enum Verdict : byte
{
    /// <summary>Every shard is there and as good as the level of checking can tell.</summary>
    Healthy,

    /// <summary>Something is lost, and more may be.</summary>
    Degraded,

    /// <summary>Something is lost, and nothing more may be.</summary>
    AtLimit,

    /// <summary>Fewer good shards are left than there are data shards.</summary>
    Unrecoverable,

    /// <summary>Too few drives hold its record for it to count: a write that never finished, or the rest of something deleted.</summary>
    SubQuorum,

    /// <summary>Drives disagree about it, and none of their records has enough of them.</summary>
    InconsistentMetadata,

    /// <summary>Shards that no version refers to.</summary>
    Orphan,

    /// <summary>Whole, in a set that its name does not belong to.</summary>
    Misplaced,

    /// <summary>It is coded for a set of another size than the one it lies in.</summary>
    Foreign,

    /// <summary>Written by RustFS before 1.0.0-alpha.87: its data is checked, its parity follows another code and is not repaired.</summary>
    Legacy,

    /// <summary>With drives away it cannot be known. Never taken for a loss.</summary>
    Unknown,
}
