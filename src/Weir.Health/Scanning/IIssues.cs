namespace Weir.Health.Scanning;

/// <summary>What is wrong now: the fold of <see cref="HealthTopics.Issues"/>. Every member is safe to call from many threads, and answers from memory.</summary>
public interface IIssues
{
    /// <summary>The issues that a query asks for, in the order in which they were detected.</summary>
    IssuePage Query(IssueQuery query);

    /// <summary>One by its id; null when there is none or it was cleared.</summary>
    HealthIssue? Find(string id);

    /// <summary>Open issues by severity.</summary>
    IReadOnlyDictionary<Severity, long> OpenBySeverity { get; }

    /// <summary>Open issues by type.</summary>
    IReadOnlyDictionary<IssueType, long> OpenByType { get; }

    /// <summary>All issues that were ever detected, by severity: it never goes back.</summary>
    IReadOnlyDictionary<Severity, long> DetectedBySeverity { get; }
}

/// <summary>Which issues.</summary>
public sealed record IssueQuery
{
    public string? Bucket { get; init; }

    /// <summary>The beginning of keys.</summary>
    public string? Prefix { get; init; }

    public IssueType? Type { get; init; }

    /// <summary>This, or worse.</summary>
    public Severity? LeastSeverity { get; init; }

    /// <summary>On this drive.</summary>
    public string? Drive { get; init; }

    public string? IncidentId { get; init; }

    /// <summary>Behind the issue of this id, which the page before gave as its last; null begins at the beginning.</summary>
    public string? After { get; init; }

    public int Limit { get; init; } = 100;
}

/// <summary>Some issues.</summary>
/// <param name="Issues">Them.</param>
/// <param name="Total">How many the query matches in all.</param>
/// <param name="Next">What <see cref="IssueQuery.After"/> must be for the page behind it; null where this is the last.</param>
public sealed record IssuePage(IReadOnlyList<HealthIssue> Issues, long Total, string? Next);
