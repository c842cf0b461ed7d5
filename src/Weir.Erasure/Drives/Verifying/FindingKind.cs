namespace Weir.Erasure.Drives.Verifying;

/// <summary>What is wrong at one place.</summary>
public enum FindingKind : byte
{
    /// <summary>No drive was given for the position.</summary>
    DriveAway,

    /// <summary>The drive does not answer any more, or cannot be entered.</summary>
    DriveFailed,

    /// <summary>The drive has no metadata of the object.</summary>
    MetadataMissing,

    /// <summary>Its metadata cannot be understood.</summary>
    MetadataDamaged,

    /// <summary>Its metadata is there and cannot be read.</summary>
    MetadataUnreadable,

    /// <summary>Its metadata lacks this version.</summary>
    VersionMissing,

    /// <summary>It has another record of this version than most: an older one, or one with other fields.</summary>
    VersionDiffers,

    /// <summary>It says that it holds another shard than its position has.</summary>
    ShardNumber,

    PartMissing,

    /// <summary>The shard file has not exactly the size that it must have.</summary>
    PartSize,

    /// <summary>The drive fails where the shard lies.</summary>
    PartUnreadable,

    /// <summary>Blocks do not match their hash.</summary>
    PartDamaged,

    InlineMissing,

    /// <summary>The shard in the metadata has the wrong size or does not match its hash, or the section it lies in is damaged.</summary>
    InlineDamaged,

    /// <summary>Every block matches its hash, and yet the shards do not belong together: exchanged or stale blocks.</summary>
    ParityMismatch,

    /// <summary>The bytes of the object do not have its MD5.</summary>
    ETagMismatch,

    /// <summary>A shard in the form of early RustFS.</summary>
    LegacyShard,

    /// <summary>A directory of shards that no version refers to.</summary>
    OrphanData,

    /// <summary>The object's name belongs in another set.</summary>
    WrongSet,

    /// <summary>The record is of a set with another number of drives.</summary>
    WrongGeometry,

    /// <summary>The record makes no sense, or uses what this program does not know.</summary>
    BadRecord,

    /// <summary>A limit kept something from being looked at.</summary>
    NotChecked,
}
