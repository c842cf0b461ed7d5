using System.Globalization;
using Weir.Erasure.Drives.Verifying;

namespace Weir.Health.Issues;

/// <summary>Says what issue a verdict is, and how bad.</summary>
internal static class IssueJudge
{
    private const int MaxDescription = 500;

    /// <summary>The issue of a version, without id and times; null for what is healthy, and for what nothing is known of: that is its drives' issue.</summary>
    /// <param name="version">The version.</param>
    /// <param name="pool">Its pool.</param>
    /// <param name="set">Its set.</param>
    /// <param name="bucketPriority">What the heal policy maps its bucket to; null where nothing.</param>
    public static HealthIssue? Judge(VersionVerdict version, int pool, int set, HealthPriority? bucketPriority)
    {
        if (version.Verdict is Verdict.Healthy or Verdict.Unknown) return null;
        IssueType type = TypeOf(version);
        return new()
        {
            Id = "",
            Type = type,
            Severity = SeverityOf(version, bucketPriority),
            Bucket = version.Name.Bucket,
            Object = version.Name.Key,
            VersionId = version.VersionIdText,
            Description = Describe(version, type),
            DetectedAt = default,
            Verdict = version.Verdict,
            Margin = version.Margin,
            IsRepairable = version.IsRepairable,
            Pool = pool,
            Set = set,
            Drives = [.. version.Findings.Where(finding => finding.Drive is not null && finding.Kind is not (FindingKind.DriveAway or FindingKind.DriveFailed)).Select(finding => finding.Drive!).Distinct()],
            ShownBy = ShownBy(version),
        };
    }

    private static IssueType TypeOf(VersionVerdict version) => version.Verdict switch
    {
        Verdict.InconsistentMetadata => IssueType.MetadataInconsistent,
        Verdict.SubQuorum => IssueType.SubQuorum,
        Verdict.Orphan => IssueType.OrphanData,
        Verdict.Misplaced => IssueType.Misplaced,
        Verdict.Foreign => IssueType.ForeignDrive,
        Verdict.Legacy => IssueType.LegacyFormat,
        _ => version.Findings.Any(finding => IsOfContent(finding.Kind)) ? IssueType.CorruptShards : IssueType.MissingShards,
    };

    private static bool IsOfContent(FindingKind kind) => kind
        is FindingKind.MetadataDamaged or FindingKind.MetadataUnreadable or FindingKind.ShardNumber or FindingKind.PartSize or FindingKind.PartUnreadable or FindingKind.PartDamaged
        or FindingKind.InlineDamaged or FindingKind.ParityMismatch or FindingKind.ETagMismatch or FindingKind.BadRecord;

    /// <summary>By what may still be lost; one step more for buckets whose repairs are critical, one less for those whose are low.</summary>
    private static Severity SeverityOf(VersionVerdict version, HealthPriority? bucketPriority)
    {
        Severity severity = version.Verdict switch
        {
            Verdict.Unrecoverable or Verdict.AtLimit => Severity.Critical,
            Verdict.Degraded => version.Margin switch
            {
                <= 0 => Severity.Critical,
                1 => Severity.High,
                _ => Severity.Medium,
            },
            Verdict.InconsistentMetadata => Severity.High,
            Verdict.Misplaced or Verdict.Foreign => Severity.Medium,
            _ => Severity.Low,
        };
        if (bucketPriority >= HealthPriority.Critical && severity < Severity.Critical) return severity + 1;
        return bucketPriority == HealthPriority.Low && severity is > Severity.Low and < Severity.Critical ? severity - 1 : severity;
    }

    private static VerifyMode ShownBy(VersionVerdict version)
    {
        VerifyMode mode = VerifyMode.Quick;
        foreach (Finding finding in version.Findings)
        {
            VerifyMode needed = finding.Kind switch
            {
                FindingKind.PartDamaged or FindingKind.PartUnreadable or FindingKind.ParityMismatch or FindingKind.ETagMismatch or FindingKind.LegacyShard => VerifyMode.Deep,
                FindingKind.MetadataMissing or FindingKind.DriveAway or FindingKind.DriveFailed => VerifyMode.Quick,
                _ => VerifyMode.Normal,
            };
            if (needed > mode) mode = needed;
        }

        return version.Findings.Count == 0 ? VerifyMode.Normal : mode;
    }

    private static string Describe(VersionVerdict version, IssueType type)
    {
        string text = type is IssueType.MissingShards or IssueType.CorruptShards ? DescribeShards(version, type) : DescribeCase(version);
        return text.Length <= MaxDescription ? text : string.Concat(text.AsSpan(0, MaxDescription - 1), "…");
    }

    private static string DescribeShards(VersionVerdict version, IssueType type)
    {
        var parts = new List<string>();
        int data = version.Shards.Count(shard => !shard.HasData && (shard.Needs & ShardNeeds.Unknown) == 0 && shard.Shard > 0 && shard.Shard <= version.Data);
        int parity = version.Shards.Count(shard => !shard.HasData && (shard.Needs & ShardNeeds.Unknown) == 0 && shard.Shard > version.Data);
        int records = version.Shards.Count(shard => shard.HasData && !shard.HasMetadata && (shard.Needs & ShardNeeds.Unknown) == 0);
        if (data > 0) parts.Add(Count(data, "data shard"));
        if (parity > 0) parts.Add(Count(parity, "parity shard"));
        if (records > 0) parts.Add(Count(records, "metadata record"));
        string what = type == IssueType.MissingShards ? "Missing" : "Damaged or missing";
        string lost = parts.Count == 0 ? $"{what} shards" : $"{what} {string.Join(", ", parts)}";
        if (version.Verdict == Verdict.Unrecoverable) return string.Create(CultureInfo.InvariantCulture, $"{lost}: {version.Good} good shards are left and {version.Data} are needed");
        return version.Margin <= 0 ? $"{lost}; nothing more may be lost" : lost;
    }

    private static string DescribeCase(VersionVerdict version)
    {
        string what = version.Verdict switch
        {
            Verdict.InconsistentMetadata => "The drives' records contradict each other",
            Verdict.SubQuorum => string.Create(CultureInfo.InvariantCulture, $"{version.Good} drives know it, too few for it to count"),
            Verdict.Orphan => "Shards that no version refers to",
            Verdict.Misplaced => "In a set that its name does not belong to",
            Verdict.Foreign => "Coded for a set of another size",
            _ => "Written by an early RustFS",
        };
        Finding? first = version.Findings.FirstOrDefault(finding => finding.Kind is not (FindingKind.DriveAway or FindingKind.DriveFailed));
        return first is null ? what : $"{what}: {first.Detail}";
    }

    private static string Count(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");
}
