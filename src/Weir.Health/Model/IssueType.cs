namespace Weir.Health;

/// <summary>What is wrong with an object or a drive.</summary>
public enum IssueType
{
    /// <summary>Shards or records are absent.</summary>
    MissingShards,

    /// <summary>Shards or records are there with other content than they must have.</summary>
    CorruptShards,

    /// <summary>The records of the drives contradict each other.</summary>
    MetadataInconsistent,

    /// <summary>Too few drives know it.</summary>
    SubQuorum,

    /// <summary>Shards that no version refers to.</summary>
    OrphanData,

    /// <summary>In a set that its name does not belong to.</summary>
    Misplaced,

    /// <summary>Coded for a set of another size.</summary>
    ForeignDrive,

    /// <summary>Written by RustFS before 1.0.0-alpha.87.</summary>
    LegacyFormat,

    /// <summary>A drive that is away, fails or is not what it should be.</summary>
    DriveFailure,
}
