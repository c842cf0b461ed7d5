using System.Text;
using System.Text.Json;
using Weir.Feed;

namespace Weir.Health.Issues;

/// <summary>What sightings change: the records that say so, and the issues before and after. For one use.</summary>
internal sealed class IssueChanges(DateTimeOffset now, long next)
{
    private static readonly byte[] Source = "health/scanner"u8.ToArray();
    private static readonly byte[] Detected = Encoding.UTF8.GetBytes(HealthJson.IssueDetected), Gone = Encoding.UTF8.GetBytes(HealthJson.IssueCleared);

    private readonly List<(HealthIssue, bool)> _seen = [];
    private readonly List<HealthIssue> _put = [];
    private readonly List<string> _cleared = [];

    public RecordBatch Batch { get; } = new();

    /// <summary>The number of the next issue.</summary>
    public long Next { get; private set; } = next;

    /// <summary>All issues of what was seen, and whether each is new.</summary>
    public IReadOnlyList<(HealthIssue Issue, bool IsNew)> Seen => _seen;

    /// <summary>New issues, and those that are otherwise than before.</summary>
    public IReadOnlyList<HealthIssue> Put => _put;

    public IReadOnlyList<string> Cleared => _cleared;

    /// <summary>Compares what was seen of an object with what was known.</summary>
    public void Weigh(Sighting sighting, List<HealthIssue> known, IssueFinder finder)
    {
        foreach (HealthIssue found in sighting.Found)
        {
            HealthIssue? before = known.Find(issue => issue.VersionId == found.VersionId);
            if (before is null) Detect(found with { ScanId = finder.ScanId, IncidentId = finder.IncidentId });
            else Meet(before, found, sighting.Mode, finder);
        }

        foreach (HealthIssue before in known)
        {
            if (sighting.Found.Any(found => found.VersionId == before.VersionId) || sighting.Unknown.Contains(before.VersionId)) continue;
            if (sighting.IsGone || sighting.Mode >= before.ShownBy) Clear(before, sighting.IsGone ? "gone" : "healthy", finder.ScanId);
        }
    }

    /// <summary>Compares what a drive is with what was known.</summary>
    public void Weigh(HealthIssue? found, HealthIssue? before)
    {
        if (found is null && before is not null) Clear(before, "back", null);
        else if (found is not null && before is null) Detect(found);
        else if (found is not null && before is not null && (found.Type, found.Severity, found.Description) != (before.Type, before.Severity, before.Description)) Change(found with { Id = before.Id, DetectedAt = before.DetectedAt });
    }

    /// <summary>A repair says that it holds.</summary>
    public void Clear(HealthIssue issue, string reason, string? by)
    {
        _cleared.Add(issue.Id);
        Begin(Gone, issue);
        using (var json = new Utf8JsonWriter(Batch)) HealthJson.WriteCleared(json, issue, now, reason, by);
        Batch.End();
    }

    private void Detect(HealthIssue found)
    {
        HealthIssue issue = found with { Id = IssueIndex.IdOf(Next++), DetectedAt = now };
        _seen.Add((issue, true));
        Write(issue);
    }

    /// <summary>It stands. Who looked less closely than the one who found it does not know it better, unless it has become worse.</summary>
    private void Meet(HealthIssue before, HealthIssue found, Erasure.Drives.Verifying.VerifyMode mode, IssueFinder finder)
    {
        HealthIssue issue = before;
        if (mode >= before.ShownBy || found.Severity > before.Severity)
        {
            issue = found with
            {
                Id = before.Id,
                DetectedAt = before.DetectedAt,
                ScanId = before.ScanId,
                IncidentId = finder.IncidentId ?? before.IncidentId,
                ShownBy = mode >= before.ShownBy || found.ShownBy > before.ShownBy ? found.ShownBy : before.ShownBy,
            };
        }
        else if (finder.IncidentId is { } incident) issue = before with { IncidentId = incident };

        bool isSame = (issue.Type, issue.Severity, issue.Description, issue.Verdict, issue.Margin, issue.IsRepairable, issue.ShownBy, issue.IncidentId)
            == (before.Type, before.Severity, before.Description, before.Verdict, before.Margin, before.IsRepairable, before.ShownBy, before.IncidentId)
            && issue.Drives.SequenceEqual(before.Drives);
        _seen.Add((isSame ? before : issue, false));
        if (!isSame) Write(issue);
    }

    private void Change(HealthIssue issue)
    {
        _seen.Add((issue, false));
        Write(issue);
    }

    private void Write(HealthIssue issue)
    {
        _put.Add(issue);
        Begin(Detected, issue);
        using (var json = new Utf8JsonWriter(Batch)) HealthJson.WriteIssue(json, issue);
        Batch.End();
    }

    private void Begin(byte[] type, HealthIssue issue)
    {
        string subject = issue.Bucket.Length > 0 ? $"{issue.Bucket}/{issue.Object}" : issue.Drives.Count > 0 ? issue.Drives[0] : issue.Id;
        Batch.Begin(type, Source, Encoding.UTF8.GetBytes(subject));
    }
}
