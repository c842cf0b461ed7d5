using Microsoft.Extensions.Logging;
using Weir.Feed;
using Weir.Hsm.Events;
using Weir.Hsm.Following;
using Weir.Hsm.Lfs;
using Weir.Hsm.Live;
using Weir.Hsm.Reading;
using Weir.Lustre;

namespace Weir.Hsm.RestoringAhead;

/// <summary>
/// When a file is restored, restores the files beside it whose names match a pattern, some at a time. Jobs outlive the process; restores that
/// begin while none runs are not noticed. Not thread-safe.
/// </summary>
public sealed class RestoreAhead
{
    /// <summary>More jobs are not begun.</summary>
    public const int MaxJobs = 1024;

    /// <summary>So many paths are asked for at once.</summary>
    private const int MaxEvents = 64;

    /// <summary>More directories than this are not remembered as looked through.</summary>
    private const int MaxScanned = 65_536;

    private readonly IFeedEngine _feed;
    private readonly RestoreAheadOptions _options;
    private readonly IPathResolver _paths;
    private readonly IHsmFiles _files;
    private readonly ILogger _logger;
    private readonly RestoreJobStore _store;
    private readonly RestorePacer _pacer;
    private readonly Dictionary<string, RestoreJob> _jobs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _scanned = new(StringComparer.Ordinal);
    private bool _isAway;

    public RestoreAhead(IFeedEngine feed, RestoreAheadOptions options, IPathResolver paths, IHsmFiles files, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(feed);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ResumeThreshold, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, options.ResumeThreshold);
        _feed = feed;
        _options = options;
        _paths = paths;
        _files = files;
        _logger = logger;
        _store = new(options.JobDirectory, options.Disk, logger);
        _pacer = new(options, _store, files, logger);
    }

    /// <summary>The jobs, by directory.</summary>
    public IReadOnlyDictionary<string, RestoreJob> Jobs => _jobs;

    /// <summary>Works until it is cancelled.</summary>
    /// <exception cref="IOException">Another process works on the jobs, they cannot be read, or lfs cannot be run.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using IDisposable held = await StartAsync(cancellationToken);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (FeedException failed)
            {
                if (!_isAway) RestoreAheadLog.FeedUnavailable(_logger, _feed.Address, failed.Message);
                _isAway = true;
                await PaceAsync(cancellationToken);
                await Task.Delay(_options.CheckInterval, _options.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Begins jobs for the restores that are live now, brings every job one step forward, and ends.</summary>
    /// <exception cref="IOException">As <see cref="RunAsync"/>; also when the feed cannot be read.</exception>
    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        using IDisposable held = await StartAsync(cancellationToken);
        await using var follower = new ActionFollower(_feed, _options.Prefix);
        await follower.CatchUpAsync(cancellationToken);
        List<string> fids = [];
        foreach (MdtActions mdt in follower.Live.Mdts)
        {
            foreach (LiveAction action in mdt)
            {
                if (action.Action == HsmAction.Restore && !action.Status.IsFinal()) fids.Add(action.Fid);
            }
        }

        foreach (string[] some in fids.Chunk(MaxEvents)) await BeginAsync((await _paths.ResolveAsync(some, cancellationToken)).Values, cancellationToken);
        await PaceAsync(cancellationToken);
    }

    /// <summary>Takes in what happened: restores that begin, and restores that end.</summary>
    internal async Task TakeAsync(IReadOnlyList<ActionEvent> events, CancellationToken cancellationToken)
    {
        List<ActionEvent> begun = [], ended = [];
        foreach (ActionEvent happened in events)
        {
            if (happened.Action != HsmAction.Restore || happened.Fid.Length == 0) continue;
            if (happened.Status.IsFinal() && happened.Type != HsmEventType.Purged) ended.Add(happened);
            else if (happened.Type == HsmEventType.New) begun.Add(happened);
        }

        if (_jobs.Count == 0) ended.Clear();
        if (begun.Count + ended.Count == 0) return;
        IReadOnlyDictionary<string, string> paths = await _paths.ResolveAsync([.. begun.Concat(ended).Select(happened => happened.Fid).Distinct()], cancellationToken);
        foreach (ActionEvent happened in ended)
        {
            if (paths.TryGetValue(happened.Fid, out string? path)) End(path, happened.Status);
        }

        await BeginAsync(begun.Select(happened => paths.GetValueOrDefault(happened.Fid)).OfType<string>(), cancellationToken);
    }

    /// <summary>Brings every job one step forward.</summary>
    internal async Task PaceAsync(CancellationToken cancellationToken)
    {
        foreach (RestoreJob job in _jobs.Values.ToList()) await StepAsync(job, cancellationToken);
    }

    internal void Load()
    {
        _jobs.Clear();
        foreach (RestoreJob job in _store.List())
        {
            if (SiblingScan.Split(_options.MountPoint, job.PathOf(job.Trigger)) is not null) _jobs[job.Directory] = job;
            else RestoreAheadLog.DirectoryRefused(_logger, job.Directory, $"its job {job.Id} is of another mount point than {_options.MountPoint}.");
        }
    }

    /// <summary>Finds out what cannot work before anything is done.</summary>
    private async Task<IDisposable> StartAsync(CancellationToken cancellationToken)
    {
        await _files.ReadStatesAsync([_options.MountPoint], cancellationToken);
        IDisposable held = _store.Lock();
        Load();
        return held;
    }

    private async Task StepAsync(RestoreJob job, CancellationToken cancellationToken)
    {
        if (!await _pacer.StepAsync(job, cancellationToken)) _jobs.Remove(job.Directory);
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var stream = new ActionStream(_feed, new() { Prefix = _options.Prefix, Start = ActionStart.End });
        await using IAsyncEnumerator<ActionEvent> events = stream.ReadAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        Task<bool> next = events.MoveNextAsync().AsTask();
        try
        {
            Task tick = Task.CompletedTask;
            while (true)
            {
                if (await Task.WhenAny(next, tick) == tick)
                {
                    await tick;
                    await PaceAsync(stop.Token);
                    tick = Task.Delay(_options.CheckInterval, _options.Time, stop.Token);
                    continue;
                }

                List<ActionEvent> some = [];
                while (next.IsCompleted && some.Count < MaxEvents && await next)
                {
                    some.Add(events.Current);
                    next = events.MoveNextAsync().AsTask();
                }

                _isAway = false;
                await TakeAsync(some, stop.Token);
            }
        }
        finally
        {
            // An iterator cannot be disposed of while it moves.
            await stop.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void End(string path, HsmStatus status)
    {
        if (SiblingScan.Split(_options.MountPoint, path) is not var (directory, name) || !_jobs.TryGetValue(directory, out RestoreJob? job) || !job.End(name)) return;
        if (status == HsmStatus.Succeed) job.Restored++;
        else job.Failed++;
    }

    private async Task BeginAsync(IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        foreach (string path in paths)
        {
            if (SiblingScan.Split(_options.MountPoint, path) is var (directory, name)) await BeginAsync(directory, name, cancellationToken);
            else RestoreAheadLog.DirectoryRefused(_logger, path, $"it does not lie below {_options.MountPoint}, or has a name that cannot be told to lfs.");
        }
    }

    private async Task BeginAsync(string directory, string trigger, CancellationToken cancellationToken)
    {
        if (_jobs.ContainsKey(directory) || !IsScanDue(directory)) return;
        if (_jobs.Count >= MaxJobs)
        {
            RestoreAheadLog.TooManyJobs(_logger, _jobs.Count, directory);
            return;
        }

        RestoreJob job;
        try
        {
            List<string> names = await Task.Run(() => SiblingScan.Find(directory, trigger, _options), cancellationToken);
            if (names.Count == 0) return;
            job = new(directory, trigger, _options.Time.GetUtcNow(), names);
            if (!_options.IsDryRun) _store.Write(job);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            RestoreAheadLog.DirectoryRefused(_logger, directory, failed.Message);
            return;
        }

        if (_options.IsDryRun)
        {
            await SayAsync(job, cancellationToken);
            return;
        }

        _jobs.Add(directory, job);
        RestoreAheadLog.Created(_logger, job.Id, trigger, directory, job.Files.Count);
        await StepAsync(job, cancellationToken);
    }

    private bool IsScanDue(string directory)
    {
        DateTimeOffset now = _options.Time.GetUtcNow();
        if (_scanned.TryGetValue(directory, out DateTimeOffset last) && now - last < _options.RescanInterval) return false;
        if (_scanned.Count >= MaxScanned)
        {
            foreach ((string old, DateTimeOffset when) in _scanned)
            {
                if (now - when >= _options.RescanInterval) _scanned.Remove(old);
            }

            if (_scanned.Count >= MaxScanned) _scanned.Clear();
        }

        _scanned[directory] = now;
        return true;
    }

    private async Task SayAsync(RestoreJob job, CancellationToken cancellationToken)
    {
        int wanted = 0;
        foreach (string[] names in job.Files.Chunk(MaxEvents))
        {
            IReadOnlyDictionary<string, HsmFileState>? states = await _files.ReadStatesAsync([.. names.Select(job.PathOf)], cancellationToken);
            wanted += states?.Values.Count(_pacer.IsWanted) ?? 0;
        }

        RestoreAheadLog.WouldRestore(_logger, wanted, job.Directory, job.Trigger, job.Files.Count - wanted);
    }
}
