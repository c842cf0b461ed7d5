namespace Weir.Erasure.Drives.Verifying;

/// <summary>What a quick look at one directory of one drive showed.</summary>
internal enum VisitState : byte
{
    /// <summary>No drive was given for the position.</summary>
    Away,

    /// <summary>The drive has no such directory.</summary>
    Absent,

    /// <summary>A directory without metadata.</summary>
    NoMetadata,

    /// <summary>An object that is whole in itself; whether the drives agree is for who compares the digests.</summary>
    Whole,

    /// <summary>An object that something is wrong or unusual with: to be examined.</summary>
    Odd,

    /// <summary>The drive failed here.</summary>
    Failed,
}

/// <summary>What one drive's directory showed.</summary>
/// <param name="State">In one word.</param>
/// <param name="Digest">Of a whole object: a hash of all that must be alike on all drives.</param>
/// <param name="Versions">Of a whole object, where it was asked for: its versions, newest first.</param>
/// <param name="Bytes">Metadata that was read.</param>
internal readonly record struct Visit(VisitState State, ulong Digest, VersionSummary[]? Versions, int Bytes)
{
    /// <summary>Files and directories that belong to it, itself included.</summary>
    public int Files { get; init; }

    /// <summary>Where stamps are wanted, and by the drive that keeps the versions: what tells the metadata file from the one that replaces it; else 0.</summary>
    public ulong Stamp { get; init; }

    /// <summary>With it: when the metadata was last changed, in nanoseconds since 1970.</summary>
    public long ChangedNs { get; init; }

    /// <summary>Why the drive failed here; else null.</summary>
    public string? Error { get; init; }
}

/// <summary>A version as a whole object's metadata has it.</summary>
/// <param name="VersionId">Empty for the null version; null where the metadata was not read.</param>
/// <param name="ModTime">Nanoseconds since 1970.</param>
/// <param name="Data">Data shards; 0 without.</param>
/// <param name="Parity">Parity shards.</param>
/// <param name="Size">Stored bytes.</param>
/// <param name="Quorum">How many positions must hold it.</param>
/// <param name="HasShards">Whether there are shards on the drives.</param>
/// <param name="IsInline">Whether they lie in the metadata.</param>
internal readonly record struct VersionSummary(Guid? VersionId, long ModTime, byte Data, byte Parity, long Size, byte Quorum, bool HasShards, bool IsInline)
{
    /// <summary>Bytes of one position's shards of all parts.</summary>
    public long ShardBytes { get; init; }

    /// <summary>Bytes of the largest part's shard.</summary>
    public long LargestShard { get; init; }

    /// <summary>Whether it is of the servers' present format, whose records can be handed on to a drive that lacks them.</summary>
    public bool IsPlain { get; init; }
}
