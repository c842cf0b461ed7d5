namespace Weir.Lab.Drives;

/// <summary>What can happen to one shard of a version on one drive.</summary>
public enum DriveDamageKind
{
    /// <summary>A bit of a shard file is another.</summary>
    FlippedBit,

    /// <summary>The shard file has lost its last byte.</summary>
    CutByOneByte,

    /// <summary>The shard file has one byte too many.</summary>
    OneByteMore,

    /// <summary>A block of the shard file, hash and all, is that of another place in it.</summary>
    StaleBlock,

    MissingPart,

    /// <summary>The data directory is gone with all its parts.</summary>
    MissingDataDirectory,

    /// <summary>A bit of a shard that lies in the metadata is another.</summary>
    FlippedInlineBit,

    MissingMetadata,

    /// <summary>A bit of the metadata, not of the shards in it, is another.</summary>
    FlippedMetadataBit,

    /// <summary>The metadata is an empty file.</summary>
    EmptyMetadata,

    /// <summary>The metadata is of a time when the version was not there: a write that missed the drive.</summary>
    StaleMetadata,

    /// <summary>The object's directory is gone with all that is in it.</summary>
    MissingObject,

    /// <summary>Its shard is that of another drive, hashes and all, and the other way round: <see cref="DriveDamage.ExchangeShards"/> does it.</summary>
    ExchangedShards,
}
