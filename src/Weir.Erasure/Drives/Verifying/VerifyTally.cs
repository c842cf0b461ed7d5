namespace Weir.Erasure.Drives.Verifying;

/// <summary>What a verification has come to. Not thread-safe.</summary>
public sealed class VerifyTally
{
    /// <summary>Names that are kept of each list; the others are counted.</summary>
    public const int MaxListed = 10_000;

    private readonly long[] _verdicts = new long[VerdictNames.All.Count];
    private readonly SortedDictionary<string, SortedDictionary<string, long>> _findings = new(StringComparer.Ordinal);

    public long Objects { get; internal set; }

    public long Versions { get; internal set; }

    public RedundancyLedger Ledger { get; } = new();

    /// <summary>Versions that nothing more may happen to.</summary>
    public ListedVersions Endangered { get; } = new();

    /// <summary>Versions that cannot be read from what is left.</summary>
    public ListedVersions Lost { get; } = new();

    /// <summary>Findings of each drive by kind; those that are about no drive stand under "".</summary>
    public IEnumerable<(string Drive, IReadOnlyDictionary<string, long> Kinds)> Drives => _findings.Select(drive => (drive.Key, (IReadOnlyDictionary<string, long>)drive.Value));

    /// <summary>Versions that are not healthy.</summary>
    public long Unhealthy => Versions - this[Verdict.Healthy];

    public long this[Verdict verdict]
    {
        get => _verdicts[(int)verdict];
        internal set => _verdicts[(int)verdict] = value;
    }

    public void Add(ObjectVerdict verdict)
    {
        Objects++;
        foreach (VersionVerdict version in verdict.Versions)
        {
            Versions++;
            this[version.Verdict]++;
            // What is of no version has no redundancy.
            if (version.VersionId is not null) Ledger.Add(verdict.Pool, verdict.Set, version.Name.Bucket, version.Margin, 1);
            if (version.Verdict == Verdict.Healthy) continue;
            if (version.IsLost) Lost.Add(version);
            else if (version.IsEndangered) Endangered.Add(version);
            foreach (Finding finding in version.Findings) AddFindings(finding.Drive ?? "", finding.Kind.Name(), 1);
        }
    }

    internal void AddFindings(string drive, string kind, long count)
    {
        if (!_findings.TryGetValue(drive, out SortedDictionary<string, long>? kinds)) _findings[drive] = kinds = new(StringComparer.Ordinal);
        kinds[kind] = kinds.GetValueOrDefault(kind) + count;
    }
}
