using Weir.Health.Scanning.Jobs;
using Weir.Health.Scanning.Walks;

namespace Weir.Health.Scanning;

/// <summary>Running scans.</summary>
public sealed partial class ScanService
{
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(1);

    /// <summary>Scans until it is cancelled. What is under way then goes on at the next start.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] beside = [new RequestReader(_parts, StartAsync).RunAsync(ending.Token), new DriveWatch(_parts).RunAsync(ending.Token), new Issues.HealFollower(_parts.Feed, _parts.Issues).RunAsync(ending.Token), new ScanCycles(_parts, this).RunAsync(ending.Token), new Pacing.BackOff(_parts.Pacer, _options.Loads, _options.Time).RunAsync(_parts.Pools.Paths, ending.Token), SaveAsync(ending.Token)];
        Task events = _parts.Events.RunAsync(ending.Token);
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                TimeSpan sleep = Schedule(cancellationToken);
                Forget();
                await _wake.SleepAsync(sleep, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            Task[] running;
            lock (_gate) running = [.. _jobs.Values.Select(job => job.Run)];
            await Task.WhenAll(running).ConfigureAwait(false);
            await ending.CancelAsync().ConfigureAwait(false);
            foreach (Task task in beside) await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await events.ConfigureAwait(false);
            await _parts.Issues.SaveAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Begins what may begin, and says when to look again.</summary>
    private TimeSpan Schedule(CancellationToken cancellationToken)
    {
        DateTimeOffset now = _options.Time.GetUtcNow();
        TimeSpan sleep = LongestSleep;
        ScanJob[] jobs;
        lock (_gate) jobs = [.. _jobs.Values];
        foreach (ScanJob job in jobs)
        {
            lock (job.Gate)
            {
                if (job.State != ScanState.Paused || job.ResumesAt is not { } at) continue;
                if (at > now)
                {
                    if (at - now < sleep) sleep = at - now;
                    continue;
                }

                (job.State, job.ResumesAt) = (ScanState.Queued, null);
            }
        }

        int free = Math.Max(1, _parts.Policies.Scan.ConcurrentScanners) - jobs.Count(job => job.State == ScanState.Scanning);
        foreach (ScanJob job in jobs.Where(job => job.State == ScanState.Queued).OrderByDescending(job => job.Request.Priority).ThenBy(job => job.RequestedAt))
        {
            // Somebody waits for what is urgent: it does not wait for others.
            if (free <= 0 && job.Request.Priority < HealthPriority.Critical) break;
            free--;
            Begin(job, cancellationToken);
        }

        return sleep;
    }

    private void Begin(ScanJob job, CancellationToken cancellationToken)
    {
        lock (job.Gate)
        {
            if (job.State != ScanState.Queued || job.Wanted is not null) return;
            job.Stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            job.State = ScanState.Scanning;
            job.StartClock();
            job.Run = Task.Run(() => ScanAsync(job, job.Stop.Token), CancellationToken.None);
        }
    }

    private async Task ScanAsync(ScanJob job, CancellationToken stop)
    {
        bool isNew = job.StartedAt is null;
        if (isNew) ScanLog.ScanBegins(_options.Logger, job.Id, job.Request.Strategy, job.Request.Reason);
        else ScanLog.ScanGoesOn(_options.Logger, job.Id, job.Objects);
        lock (job.Gate) job.StartedAt ??= _options.Time.GetUtcNow();
        if (isNew) _parts.Events.Post("ScanStarted", job.Id, json => HealthJson.WriteScanProgress(json, job.ToStatus()));
        ScanState? outcome = null;
        string? failure = null;
        try
        {
            await new ScanRun(job, _parts).RunAsync(stop).ConfigureAwait(false);
            outcome = ScanState.Completed;
        }
        catch (OperationCanceledException)
        {
            // Whoever stopped it says what it is now; at the process's end it is what it was.
        }
        catch (Exception error)
        {
            (outcome, failure) = (ScanState.Failed, error.Message);
            ScanLog.ScanFailed(_options.Logger, error, job.Id);
        }

        Finish(job, outcome, failure);
    }

    private void Finish(ScanJob job, ScanState? outcome, string? failure)
    {
        lock (job.Gate)
        {
            job.StopClock();
            job.Stop?.Dispose();
            job.Stop = null;
            if (outcome is { } state)
            {
                (job.State, job.EndedAt) = (state, _options.Time.GetUtcNow());
                job.Error = failure ?? job.Error;
            }
            else job.State = ScanState.Queued;
        }

        if (outcome == ScanState.Completed) TakeCounts(job);
        if (outcome is not null)
        {
            try
            {
                _parts.Jobs.Save(job, []);
            }
            catch (IOException error)
            {
                // It is looked at once more after a restart, from where it was kept last.
                ScanLog.ScanHeld(_options.Logger, job.Id, error.Message);
            }

            DropCatalogues(job);
            Tell(job, hasEnded: true);
        }

        _wake.Wake();
    }

    private void TakeCounts(ScanJob job)
    {
        if (job.Request.Strategy != ScanStrategy.Full || job.Request.Scope.MaxObjects is not null) return;
        bool includesSystem = job.Request.Scope.IncludesSystemObjects ?? !_parts.Policies.Scan.SkipSystemObjects;
        Func<string, bool> buckets = job.Request.Scope.Buckets is { } named ? bucket => named.Contains(bucket) : bucket => includesSystem || !Erasure.Drives.Walking.WalkRules.IsSystem(bucket);
        Inventory.Take(job.Tally, buckets, job.Request.Scope.Buckets is null, job.Mode, job.Elapsed, job.EndedAt!.Value);
    }

    /// <summary>Drops scans that ended longer ago than reports are kept.</summary>
    private void Forget()
    {
        DateTimeOffset oldest = _options.Time.GetUtcNow() - _parts.Policies.Retention.Reports;
        ScanJob[] old;
        lock (_gate) old = [.. _jobs.Values.Where(job => job.HasEnded && job.EndedAt < oldest)];
        foreach (ScanJob job in old)
        {
            try
            {
                _parts.Jobs.Remove(job);
                lock (_gate) _jobs.Remove(job.Id);
            }
            catch (IOException error)
            {
                ScanLog.ScanHeld(_options.Logger, job.Id, error.Message);
            }
        }
    }

    /// <summary>Keeps the issues in a snapshot now and then, so that a start need not read everything.</summary>
    private async Task SaveAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(5), _options.Time);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false)) await _parts.Issues.SaveAsync(cancellationToken).ConfigureAwait(false);
    }
}
