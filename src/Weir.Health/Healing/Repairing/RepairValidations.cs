using System.Globalization;
using Weir.Erasure.Drives.Verifying;

namespace Weir.Health.Healing.Repairing;

/// <summary>
/// What was verified of an object after its repair, the last time that it was. Checksum, Parity and EndToEnd are found out by one reading of every byte,
/// whose duration each of them has.
/// </summary>
internal sealed class RepairValidations
{
    private readonly List<HealValidation> _all = [];

    public IReadOnlyList<HealValidation> All => _all;

    /// <summary>All shards were looked for.</summary>
    public void Count(IEnumerable<VersionVerdict> versions, TimeSpan duration)
    {
        VersionVerdict[] looked = [.. versions];
        int good = 0, all = 0;
        foreach (VersionVerdict version in looked)
        {
            // Of a healthy one no positions are told.
            int positions = version.Shards.Count > 0 ? version.Shards.Count : version.Data + version.Parity;
            all += positions;
            good += version.Verdict == Verdict.Healthy ? positions : Math.Min(positions, version.Good);
        }

        bool passed = looked.Length > 0 && looked.All(version => version.Verdict == Verdict.Healthy);
        string details = passed ? string.Create(CultureInfo.InvariantCulture, $"All {all} shards present") : string.Create(CultureInfo.InvariantCulture, $"{good} of {all} shards present");
        Set(new("ShardCount", passed, details, duration));
    }

    /// <summary>Every byte was read.</summary>
    public void Read(IEnumerable<VersionVerdict> versions, TimeSpan duration)
    {
        VersionVerdict[] looked = [.. versions];
        Count(looked, duration);
        Finding[] findings = [.. looked.SelectMany(version => version.Findings)];
        bool isKnown = looked.Length > 0;
        Add("Checksum", isKnown, findings, duration, "Object checksum verified: every block matches its hash", FindingKind.PartDamaged, FindingKind.InlineDamaged, FindingKind.PartMissing, FindingKind.InlineMissing, FindingKind.PartSize, FindingKind.PartUnreadable);
        Add("Parity", isKnown, findings, duration, "Data and parity belong together", FindingKind.ParityMismatch);
        bool isReadable = isKnown && looked.All(version => version.Verdict is Verdict.Healthy or Verdict.Degraded or Verdict.AtLimit);
        Add("EndToEnd", isReadable, findings, duration, "The object was put together from its shards; where its ETag is an MD5 of that, it matches", FindingKind.ETagMismatch);
    }

    private void Add(string type, bool isKnown, Finding[] findings, TimeSpan duration, string passed, params ReadOnlySpan<FindingKind> kinds)
    {
        Finding? against = null;
        foreach (Finding finding in findings)
        {
            if (against is null && kinds.Contains(finding.Kind)) against = finding;
        }

        string details = against is not null ? $"{against.Drive}: {against.Detail}" : isKnown ? passed : "It cannot be read";
        Set(new(type, isKnown && against is null, details, duration));
    }

    private void Set(HealValidation validation)
    {
        _all.RemoveAll(known => known.Type == validation.Type);
        _all.Add(validation);
    }
}
