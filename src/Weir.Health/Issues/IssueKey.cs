using Weir.Erasure.Drives;

namespace Weir.Health.Issues;

/// <summary>What an issue is about: there is at most one for each.</summary>
/// <param name="Pool">The pool's number; -1 for a drive.</param>
/// <param name="Set">The set's number; -1 for a drive.</param>
/// <param name="Path">"bucket/stored key"; for a drive its root.</param>
/// <param name="VersionId">"null" for the null version; null for what is of no version.</param>
internal readonly record struct IssueKey(int Pool, int Set, string Path, string? VersionId)
{
    /// <summary>That of an issue; null where its names are none.</summary>
    public static IssueKey? Of(HealthIssue issue)
    {
        if (issue.Bucket.Length == 0) return issue.Drives.Count == 1 ? OfDrive(issue.Drives[0]) : null;
        try
        {
            return new(issue.Pool, issue.Set, ObjectName.Create(issue.Bucket, issue.Object).Path, issue.VersionId);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    public static IssueKey OfDrive(string path) => new(-1, -1, path, null);
}
