namespace Weir.Erasure.Drives.Verifying;

/// <summary>What a position needs so that it holds its shard of a version whole.</summary>
[Flags]
public enum ShardNeeds : byte
{
    None = 0,

    /// <summary>The version's record in xl.meta.</summary>
    Metadata = 1,

    /// <summary>Shard files, or the inline shard: see <see cref="ShardVerdict.Parts"/>.</summary>
    Data = 2,

    /// <summary>Nothing is known of it, for the drive is away or fails: nothing may be concluded, and nothing written.</summary>
    Unknown = 4,
}
