using System.Globalization;
using Weir.Erasure.Drives.Verifying;
using Weir.Erasure.Drives.Walking;
using Weir.Feed;
using Weir.Health.Issues;
using Weir.Health.Pacing;
using Weir.Health.Policies;
using Weir.Health.Pools;
using Weir.Health.Scanning.Jobs;

namespace Weir.Health.Scanning;

/// <summary>
/// The scans of one process: kept in files, run some at a time in the order of their priority, and gone on with after any stop where they
/// were. Only <see cref="RunAsync"/> scans; everything else says what is to be scanned.
/// </summary>
public sealed partial class ScanService : IScans, IDisposable
{
    private readonly ScanParts _parts;
    private readonly ScanServiceOptions _options;
    private readonly Lock _gate = new();

    /// <summary>One who takes in or ends scans at a time.</summary>
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<string, ScanJob> _jobs = new(StringComparer.Ordinal);
    private readonly WakeSignal _wake;

    /// <summary>Opens the scans of a state directory.</summary>
    /// <param name="feed">Where news and requests are.</param>
    /// <param name="pools">The drives.</param>
    /// <param name="pacer">How fast.</param>
    /// <param name="policies">The policies in force.</param>
    /// <param name="issues">Takes what is found.</param>
    /// <param name="options">How scans are run.</param>
    /// <exception cref="IOException">The state directory cannot be made.</exception>
    public ScanService(IFeedEngine feed, PoolSet pools, Pacer pacer, IPolicies policies, IssueBook issues, ScanServiceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _wake = new(options.Time);
        var store = new ScanJobStore(options.Disk, options.StateDirectory, options.Time, options.Logger);
        var events = new ScanEvents(feed, options.EventBuffer, options.RetryInterval, options.Time, options.Logger);
        Inventory = new(options);
        _parts = new(feed, pools, pacer, policies, issues, store, events, Inventory, options);
        foreach (ScanJob job in store.Load())
        {
            // Whatever it was doing when the process ended, it goes on.
            if (job.State == ScanState.Scanning) job.State = ScanState.Queued;
            _jobs[job.Id] = job;
        }
    }

    /// <summary>What complete scans have counted.</summary>
    public ScanInventory Inventory { get; }

    public async Task<ScanStatus> StartAsync(ScanRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return await StartAsync(NewId(), request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>To be called when <see cref="RunAsync"/> has ended.</summary>
    public void Dispose() => _turn.Dispose();

    public ScanStatus? Find(string id) => Job(id)?.ToStatus();

    public IReadOnlyList<ScanStatus> List()
    {
        lock (_gate) return [.. _jobs.Values.Select(job => job.ToStatus()).OrderByDescending(status => status.RequestedAt).ThenByDescending(status => status.Id, StringComparer.Ordinal)];
    }

    public IReadOnlyList<HealthIssue> Issues(string id, int offset, int limit)
    {
        ScanJob job = Require(id);
        lock (job.Gate) return [.. job.Found.Skip(Math.Max(0, offset)).Take(Math.Max(0, limit))];
    }

    public Task<ScanStatus> PauseAsync(string id, TimeSpan? resumesAfter, CancellationToken cancellationToken = default)
    {
        if (resumesAfter is { } after && (after <= TimeSpan.Zero || after > TimeSpan.FromDays(365))) throw new HealthException(HealthProblem.Invalid, "invalid_duration", "resume_after: a time above zero and of at most a year.");
        return StopAsync(id, ScanState.Paused, resumesAfter, cancellationToken);
    }

    public Task<ScanStatus> CancelAsync(string id, CancellationToken cancellationToken = default) => StopAsync(id, ScanState.Cancelled, null, cancellationToken);

    public async Task<ScanStatus> ResumeAsync(string id, CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ScanJob job = Require(id);
            lock (job.Gate)
            {
                if (job.State != ScanState.Paused) throw new HealthException(HealthProblem.Conflict, "scan_not_paused", $"{id} is {job.State}; only a paused scan can be resumed.");
                (job.State, job.ResumesAt) = (ScanState.Queued, null);
            }

            Save(job);
            _wake.Wake();
            return job.ToStatus();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The same with an id of the caller's, so that a request that is read twice starts one scan.</summary>
    private async Task<ScanStatus> StartAsync(string id, ScanRequest request, CancellationToken cancellationToken)
    {
        ScanRules.Check(request, _parts.Pools, _options.Time.GetUtcNow());
        VerifyMode mode = request.Mode ?? _parts.Policies.Scan.DefaultScanMode;
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ScanJob[] active;
            lock (_gate)
            {
                if (_jobs.TryGetValue(id, out ScanJob? known)) return known.ToStatus();
                active = [.. _jobs.Values.Where(other => !other.HasEnded)];
            }

            if (active.Length >= _options.MaxScans) throw new HealthException(HealthProblem.TooMany, "too_many_scans", $"{active.Length} scans have not ended, and more are not taken in: wait, or cancel some.");
            ScanRules.CheckOverlap(request, mode, active);
            var job = new ScanJob(id, request, _options.Time.GetUtcNow(), _options.Time) { Mode = mode, PriorityBuckets = request.Scope.Buckets is null ? _parts.Policies.Scan.PriorityBuckets : [] };
            Estimate(job);
            Save(job);
            lock (_gate) _jobs[id] = job;
            _wake.Wake();
            return job.ToStatus();
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<ScanStatus> StopAsync(string id, ScanState wanted, TimeSpan? resumesAfter, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ScanJob job = Require(id);
            Task run;
            CancellationTokenSource? stop;
            lock (job.Gate)
            {
                if (job.HasEnded) throw new HealthException(HealthProblem.Conflict, "scan_ended", $"{id} has ended: it is {job.State}.");
                job.Wanted = wanted;
                (run, stop) = (job.Run, job.Stop);
            }

            if (stop is not null)
            {
                await stop.CancelAsync().ConfigureAwait(false);
                await run.ConfigureAwait(false);
            }

            lock (job.Gate)
            {
                // It may have come to its end just before.
                job.Wanted = null;
                if (job.HasEnded) return job.ToStatus();
                job.State = wanted;
                job.ResumesAt = wanted == ScanState.Paused && resumesAfter is { } after ? _options.Time.GetUtcNow() + after : null;
                if (wanted == ScanState.Cancelled) job.EndedAt = _options.Time.GetUtcNow();
            }

            Save(job);
            if (wanted == ScanState.Cancelled) DropCatalogues(job);
            _wake.Wake();
            Tell(job, wanted == ScanState.Cancelled);
            return job.ToStatus();
        }
        finally
        {
            _turn.Release();
        }
    }

    private void DropCatalogues(ScanJob job)
    {
        try
        {
            _parts.Jobs.DropCatalogues(job);
        }
        catch (IOException error)
        {
            ScanLog.ScanHeld(_options.Logger, job.Id, error.Message);
        }
    }

    private void Tell(ScanJob job, bool hasEnded)
    {
        ScanStatus status = job.ToStatus();
        if (hasEnded) ScanLog.ScanEnded(_options.Logger, job.Id, status.State, status.ObjectsScanned, status.IssuesDetected);
        _parts.Events.Post(status.State == ScanState.Completed ? "ScanCycleCompleted" : "ScanProgress", job.Id, json => HealthJson.WriteScanProgress(json, status));
    }

    /// <summary>What is known before it begins; null where nothing is.</summary>
    private void Estimate(ScanJob job)
    {
        if (job.Request.Strategy != ScanStrategy.Full) return;
        bool includesSystem = job.Request.Scope.IncludesSystemObjects ?? !_parts.Policies.Scan.SkipSystemObjects;
        Func<string, bool> buckets = job.Request.Scope.Buckets is { } named ? bucket => named.Contains(bucket) : bucket => includesSystem || !WalkRules.IsSystem(bucket);
        if (Inventory.Count(buckets) is not { } objects) return;
        if (job.Request.Scope.MaxObjects is { } most && most < objects) objects = most;
        job.EstimatedObjects = objects;
        job.EstimatedDuration = Inventory.Duration(job.Mode, objects);
    }

    private void Save(ScanJob job)
    {
        try
        {
            _parts.Jobs.Save(job, []);
        }
        catch (IOException error)
        {
            throw new HealthException(HealthProblem.Unavailable, "state_unwritable", $"The scan cannot be kept: {error.Message}");
        }
    }

    private ScanJob? Job(string id)
    {
        lock (_gate) return _jobs.GetValueOrDefault(id);
    }

    private ScanJob Require(string id) => Job(id) ?? throw new HealthException(HealthProblem.NotFound, "no_such_scan", $"There is no scan '{id}'.");

    private string NewId()
    {
        lock (_gate) return string.Create(CultureInfo.InvariantCulture, $"scan-{_options.Random.NextInt64(1L << 48):x12}");
    }
}
