namespace Weir.Erasure.Drives.Verifying;

/// <summary>All versions of an object in one set.</summary>
public sealed record ObjectVerdict
{
    public required ObjectName Name { get; init; }

    public required int Pool { get; init; }

    public required int Set { get; init; }

    /// <summary>Newest first; what no version refers to comes last.</summary>
    public required IReadOnlyList<VersionVerdict> Versions { get; init; }

    /// <summary>The metadata of every position; empty where all were found healthy without being kept.</summary>
    public IReadOnlyList<DriveMetadata> Answers { get; init; } = [];

    /// <summary>Bytes of shards and metadata that were read.</summary>
    public long ReadBytes { get; init; }

    /// <summary>Where that was asked for and the walk alone tells enough: what the repair will take. There are no versions then.</summary>
    internal RepairOutline? Outline { get; init; }

    /// <summary>Whether it was passed by without being looked at; there are no versions then.</summary>
    public bool IsSkipped { get; init; }

    /// <summary>How it was looked at; null where nobody chose, and it was as all others.</summary>
    public VerifyMode? Look { get; init; }

    /// <summary>What the walk saw of it, where somebody chose; else default.</summary>
    public WalkedObject Walked { get; init; }

    /// <summary>What was given with the choice.</summary>
    public long Mark { get; init; }

    public bool IsHealthy => Versions.All(version => version.Verdict == Verdict.Healthy);
}
