namespace Weir.Erasure.Drives.Verifying;

/// <summary>The truth about one version of an object, as far as the level of checking tells it.</summary>
public sealed record VersionVerdict
{
    public required ObjectName Name { get; init; }

    /// <summary>Empty for the null version; null where the record is of no version: orphans, and objects that were looked at without being read.</summary>
    public required Guid? VersionId { get; init; }

    /// <summary>Nanoseconds since 1970; 0 where there is none.</summary>
    public required long ModTime { get; init; }

    public required Verdict Verdict { get; init; }

    /// <summary>Data shards; 0 for a delete marker.</summary>
    public required int Data { get; init; }

    public required int Parity { get; init; }

    /// <summary>Positions that hold record and data, as far as was looked.</summary>
    public required int Good { get; init; }

    /// <summary>
    /// How many more good positions may be lost before a server cannot read the version: it counts a position only where record and data
    /// are good, needs as many as there are data shards, and of delete markers and empty objects half of the set. Negative where that is
    /// so already; what can be repaired may be more, since data is of use without its record. Unknown positions do not count as good.
    /// </summary>
    public required int Margin { get; init; }

    public IReadOnlyList<Finding> Findings { get; init; } = [];

    /// <summary>Every position of the set; empty for a healthy version.</summary>
    public IReadOnlyList<ShardVerdict> Shards { get; init; } = [];

    /// <summary>The record that counts, with its holders; null for a healthy version and where no record counts.</summary>
    public VersionCandidate? Version { get; init; }

    /// <summary>Whether its shards lie in xl.meta.</summary>
    public bool IsInline { get; init; }

    /// <summary>Stored bytes.</summary>
    public long Size { get; init; }

    /// <summary>The id as the products print it; null as <see cref="VersionId"/> is.</summary>
    public string? VersionIdText => VersionId is not { } id ? null : id == Guid.Empty ? "null" : id.ToString("D");

    /// <summary>Whether nothing is left to lose, though it can be read.</summary>
    public bool IsEndangered => Verdict == Verdict.AtLimit || (Verdict is Verdict.Unknown or Verdict.Misplaced && Margin == 0 && Parity > 0);

    /// <summary>Whether it cannot be read from what there is, and no drive that is away could change that.</summary>
    public bool IsLost => Verdict == Verdict.Unrecoverable;

    /// <summary>Whether positions lack something that can be made from the others.</summary>
    public bool IsRepairable => Verdict is Verdict.Degraded or Verdict.AtLimit
        || (Verdict is Verdict.Misplaced or Verdict.Unknown && Version is not null && Shards.Any(shard => (shard.Needs & (ShardNeeds.Metadata | ShardNeeds.Data)) != 0));
}
