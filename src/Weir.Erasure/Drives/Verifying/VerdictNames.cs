namespace Weir.Erasure.Drives.Verifying;

/// <summary>Verdicts and findings as reports and programs name them.</summary>
public static class VerdictNames
{
    public static IReadOnlyList<Verdict> All { get; } = Enum.GetValues<Verdict>();

    public static string Name(this Verdict verdict) => verdict switch
    {
        Verdict.Healthy => "healthy",
        Verdict.Degraded => "degraded",
        Verdict.AtLimit => "at-limit",
        Verdict.Unrecoverable => "unrecoverable",
        Verdict.SubQuorum => "sub-quorum",
        Verdict.InconsistentMetadata => "inconsistent-metadata",
        Verdict.Orphan => "orphan",
        Verdict.Misplaced => "misplaced",
        Verdict.Foreign => "foreign",
        Verdict.Legacy => "legacy",
        _ => "unknown",
    };

    public static string Name(this FindingKind kind) => kind switch
    {
        FindingKind.DriveAway => "drive-away",
        FindingKind.DriveFailed => "drive-failed",
        FindingKind.MetadataMissing => "metadata-missing",
        FindingKind.MetadataDamaged => "metadata-damaged",
        FindingKind.MetadataUnreadable => "metadata-unreadable",
        FindingKind.VersionMissing => "version-missing",
        FindingKind.VersionDiffers => "version-differs",
        FindingKind.ShardNumber => "shard-number",
        FindingKind.PartMissing => "part-missing",
        FindingKind.PartSize => "part-size",
        FindingKind.PartUnreadable => "part-unreadable",
        FindingKind.PartDamaged => "part-damaged",
        FindingKind.InlineMissing => "inline-missing",
        FindingKind.InlineDamaged => "inline-damaged",
        FindingKind.ParityMismatch => "parity-mismatch",
        FindingKind.ETagMismatch => "etag-mismatch",
        FindingKind.LegacyShard => "legacy-shard",
        FindingKind.OrphanData => "orphan-data",
        FindingKind.WrongSet => "wrong-set",
        FindingKind.WrongGeometry => "wrong-geometry",
        FindingKind.BadRecord => "bad-record",
        _ => "not-checked",
    };
}
