namespace Weir.Health.Scanning;

/// <summary>The scans: what the API and the command line ask. Every member is safe to call from many threads, and answers from memory.</summary>
public interface IScans
{
    /// <summary>Takes a scan in; when this returns it is durable, and runs or waits for its turn.</summary>
    /// <exception cref="HealthException">Invalid; a conflict (<c>scan_already_running</c> for the same, <c>scan_overlap</c> for one that covers it); too many; no drives or no feed now.</exception>
    Task<ScanStatus> StartAsync(ScanRequest request, CancellationToken cancellationToken = default);

    /// <summary>A scan by its id; null when there is none.</summary>
    ScanStatus? Find(string id);

    /// <summary>All that are known, newest first; ended ones as long as the retention of reports says.</summary>
    IReadOnlyList<ScanStatus> List();

    /// <summary>The issues that a scan found, oldest first.</summary>
    /// <param name="id">The scan.</param>
    /// <param name="offset">Skip so many.</param>
    /// <param name="limit">The most that are given.</param>
    /// <exception cref="HealthException">There is no such scan.</exception>
    IReadOnlyList<HealthIssue> Issues(string id, int offset, int limit);

    /// <summary>Stops it where it is; durable when this returns.</summary>
    /// <param name="id">The scan.</param>
    /// <param name="resumesAfter">It goes on by itself after this; null: when it is told to.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="HealthException">There is no such scan, or it has ended.</exception>
    Task<ScanStatus> PauseAsync(string id, TimeSpan? resumesAfter, CancellationToken cancellationToken = default);

    /// <exception cref="HealthException">There is no such scan, or it is not paused.</exception>
    Task<ScanStatus> ResumeAsync(string id, CancellationToken cancellationToken = default);

    /// <exception cref="HealthException">There is no such scan, or it has ended.</exception>
    Task<ScanStatus> CancelAsync(string id, CancellationToken cancellationToken = default);
}
