using Weir.Erasure.Drives;
using Weir.Health.Pools;

namespace Weir.Health.Scanning;

/// <summary>Makes issues of drives that are away, fail or are not what they should be, and ends them when they are back.</summary>
internal sealed class DriveWatch(ScanParts parts)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private string _known = "";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var changed = new WakeSignal(parts.Options.Time);
        parts.Pools.Changed += changed.Wake;
        try
        {
            while (true)
            {
                await LookAsync(cancellationToken).ConfigureAwait(false);
                await changed.SleepAsync(Interval, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            parts.Pools.Changed -= changed.Wake;
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<DriveStatus> drives = parts.Pools.Drives;
        if (drives.Count == 0) return;
        DateTimeOffset now = parts.Options.Time.GetUtcNow();
        HealthIssue[] found = [.. drives.Select(drive => Judge(drive, now)).OfType<HealthIssue>()];
        string state = string.Join('\n', found.Select(issue => $"{issue.Drives[0]} {issue.Type} {issue.Severity} {issue.Description}"));
        if (state == _known && _known.Length > 0) return;
        await parts.Issues.RecordDrivesAsync(found, [.. drives.Select(drive => drive.Path)], cancellationToken).ConfigureAwait(false);
        _known = state;
    }

    private static HealthIssue? Judge(DriveStatus drive, DateTimeOffset now)
    {
        (IssueType Type, Severity Severity, string Text)? fault = drive.State switch
        {
            _ when drive.IsFailed => (IssueType.DriveFailure, Severity.High, "it was given up"),
            DriveState.Offline => (IssueType.DriveFailure, Severity.High, "it is not there"),
            DriveState.Damaged => (IssueType.DriveFailure, Severity.High, "its identity cannot be read"),
            DriveState.Unformatted => (IssueType.DriveFailure, Severity.High, "it has no identity: new, or replaced and not rebuilt yet"),
            DriveState.Foreign => (IssueType.ForeignDrive, Severity.Medium, "it belongs to something else"),
            DriveState.Duplicate => (IssueType.ForeignDrive, Severity.Low, "it is configured by another path already"),
            _ when drive.ReadErrors > 0 => (IssueType.DriveFailure, Severity.Medium, "directories or files on it could not be read"),
            _ when drive.IsReadOnly => (IssueType.DriveFailure, Severity.Medium, "it is mounted read-only"),
            _ => null,
        };
        if (fault is not (IssueType type, Severity severity, string text)) return null;
        string? detail = text.StartsWith("directories", StringComparison.Ordinal) ? drive.FirstReadError : drive.Detail;
        return new()
        {
            Id = "",
            Type = type,
            Severity = severity,
            Bucket = "",
            Object = "",
            Description = detail is null ? $"{drive.Path}: {text}" : $"{drive.Path}: {text}: {detail}",
            DetectedAt = now,
            Pool = drive.Pool,
            Set = drive.Set,
            Drives = [drive.Path],
        };
    }
}
