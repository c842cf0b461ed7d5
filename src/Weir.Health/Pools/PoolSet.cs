using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Walking;
using Weir.Erasure.Format;
using Weir.Health.Pacing;

namespace Weir.Health.Pools;

/// <summary>
/// The configured drives while they come and go: what each is now, and the deployment that they make up. A drive counts by its format.json
/// alone, wherever it is mounted; one of another deployment, without an identity, or that does not answer is left out and named. Thread-safe.
/// </summary>
public sealed class PoolSet : IDisposable
{
    private readonly PoolSetOptions _options;
    private readonly Pacer _pacer;
    private readonly ILogger _logger;
    private readonly string[] _paths;
    private readonly string[] _names;
    private readonly DriveLookout _lookout;
    private readonly SemaphoreSlim _checking = new(1, 1);
    private readonly ConcurrentDictionary<string, (DateTimeOffset Since, int Times)> _failed = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _earlierErrors = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (int Pool, int Set)> _places = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private PoolView? _view;
    private string _signature = "";
    private long _generation;
    private bool _isDisposed;

    public PoolSet(PoolSetOptions options, Pacer pacer, ILogger logger)
    {
        _options = options;
        _pacer = pacer;
        _logger = logger;
        (string Name, string Path)[] drives = [.. options.Pools.SelectMany(pool => pool.Drives.Select(drive => (pool.Name, Path.TrimEndingDirectorySeparator(Path.GetFullPath(drive)))))];
        if (drives.DistinctBy(drive => drive.Path).Count() < drives.Length) throw new ArgumentException("A drive is configured twice.", nameof(options));
        _names = [.. drives.Select(drive => drive.Name)];
        _paths = [.. drives.Select(drive => drive.Path)];
        _lookout = new(options.Disk, options.LookTimeout, options.Time);
    }

    /// <summary>Called after each change of <see cref="View"/>, on the thread that noticed it.</summary>
    public event Action? Changed;

    /// <summary>The roots of the configured drives.</summary>
    public IReadOnlyList<string> Paths => _paths;

    /// <summary>The pools as they are; null before the first check.</summary>
    public PoolView? View
    {
        get
        {
            lock (_gate) return _view;
        }
    }

    /// <summary>What each configured drive is now; empty before the first check.</summary>
    public IReadOnlyList<DriveStatus> Drives
    {
        get
        {
            if (View is not { } view) return [];
            Dictionary<string, string> failures = [];
            foreach ((Drive drive, string reason) in view.Failures) failures.TryAdd(drive.Path, reason);
            ILookup<string, (Drive Drive, long Count, string First)> errors = view.Errors.ToLookup(error => error.Drive.Path);
            return [.. view.Topology.Drives.Select((drive, i) => Describe(drive, _names[i], failures.GetValueOrDefault(drive.Path), [.. errors[drive.Path]]))];
        }
    }

    /// <summary>The pools, for a while.</summary>
    /// <exception cref="HealthException">No drive of a deployment is there.</exception>
    public async Task<PoolLease> TakeAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            PoolView? view = View;
            if (view is null) await CheckAsync(cancellationToken).ConfigureAwait(false);
            else if (view.Topology.Pools.Count == 0)
            {
                throw new HealthException(HealthProblem.Unavailable, "no_drives", $"None of the {_paths.Length} configured drives is a drive of a deployment that answers; see the list of drives.");
            }
            else if (view.TryTake()) return new(view);
        }
    }

    /// <summary>Whether a path is a configured drive's; its root as this names it.</summary>
    public string? Find(string path)
    {
        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal)) return null;
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return Array.IndexOf(_paths, full) >= 0 ? full : null;
    }

    /// <summary>The pool and set that a configured drive belongs to, also while it is away; null where it has not been there since the start.</summary>
    public (int Pool, int Set)? Place(string path) => Find(path) is { } own && _places.TryGetValue(own, out (int Pool, int Set) place) ? place : null;

    /// <summary>Looks at the drives again and again.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(_options.CheckInterval, _options.Time);
        do
        {
            await CheckAsync(cancellationToken).ConfigureAwait(false);
        }
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Looks at the drives now. Never fails for what drives do.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken = default)
    {
        await _checking.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Drive[] drives = await _lookout.LookAsync(_paths, cancellationToken).ConfigureAwait(false);
            NoteFailures(drives);
            string signature = string.Join('\n', drives.Select(Signature)) + $"\n{_pacer.DriveConcurrency}";
            if (signature == _signature) return;
            _signature = signature;
            Replace(DriveTopology.Assemble(drives));
        }
        finally
        {
            _checking.Release();
        }

        Changed?.Invoke();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _view?.Outdate();
        }
    }

    private void Replace(DriveTopology topology)
    {
        DriveQueueOptions urgent = new() { Timeout = _options.WorkTimeout, Time = _options.Time, Concurrency = _pacer.DriveConcurrency };
        var view = new PoolView(++_generation, topology, urgent with { Pace = drive => _pacer.For(drive.Path) }, urgent);
        PoolView? before;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            before = _view;
            _view = view;
        }

        if (before is not null)
        {
            foreach ((Drive drive, long count, _) in before.Errors) _earlierErrors.AddOrUpdate(drive.Path, count, (_, earlier) => earlier + count);
            before.Outdate();
        }

        foreach (Drive drive in topology.Drives.Where(drive => drive.State == DriveState.Online)) _places[drive.Path] = (drive.Pool, drive.Set);
        foreach (Drive drive in topology.Drives.Where(drive => drive.State != DriveState.Online)) ScanLog.DriveUnusable(_logger, drive.Path, drive.State, drive.Detail ?? "");
        ScanLog.PoolsOpened(_logger, topology.Pools.Count, topology.Pools.Sum(pool => pool.OnlineCount), topology.Pools.Sum(pool => pool.DriveCount));
    }

    /// <summary>A drive that was given up and answers again is taken back, in a view of its own, after a while.</summary>
    private void NoteFailures(Drive[] drives)
    {
        if (View is not { } view) return;
        HashSet<string> failed = [.. view.Failures.Select(failure => failure.Drive.Path)];
        DateTimeOffset now = _options.Time.GetUtcNow();
        foreach (Drive drive in drives)
        {
            (DateTimeOffset since, int times) = _failed.GetValueOrDefault(drive.Path);
            if (!failed.Contains(drive.Path)) continue;
            if (since == default) _failed[drive.Path] = (now, times);
            else if (drive.State == DriveState.Online && now - since >= _options.ReopenAfter) _failed[drive.Path] = (default, times + 1);
        }
    }

    private string Signature(Drive drive)
    {
        FormatJson? format = drive.Format;
        return $"{drive.State} {format?.DeploymentId} {format?.DriveId} {drive.Set} {drive.Position} {drive.IsReadOnly} {_failed.GetValueOrDefault(drive.Path).Times}";
    }

    private DriveStatus Describe(Drive drive, string pool, string? failure, (Drive Drive, long Count, string First)[] errors) => new()
    {
        Path = drive.Path,
        PoolName = pool,
        State = drive.State,
        IsFailed = failure is not null,
        Detail = failure ?? drive.Detail,
        DriveId = drive.Format?.DriveId,
        Pool = drive.State == DriveState.Online ? drive.Pool : -1,
        Set = drive.State == DriveState.Online ? drive.Set : -1,
        Position = drive.State == DriveState.Online ? drive.Position : -1,
        IsReadOnly = drive.IsReadOnly,
        IsHealing = drive.IsHealing,
        TotalBytes = drive.TotalBytes,
        FreeBytes = drive.FreeBytes,
        ReadErrors = errors.Sum(error => error.Count) + _earlierErrors.GetValueOrDefault(drive.Path),
        FirstReadError = errors.Select(error => error.First).FirstOrDefault(),
    };
}
