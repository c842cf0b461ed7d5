using Weir.Erasure.Drives;
using Weir.Erasure.Format;
using Weir.Health.Healing.Queueing;
using Weir.Health.Healing.Repairing;
using Weir.Health.Policies;

namespace Weir.Health.Healing;

/// <content>The workers.</content>
public sealed partial class HealService
{
    /// <summary>The first so many are looked through for one that may begin.</summary>
    private const int MostLooked = 256;

    private const int MaxErrorLength = 1000;

    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(5), MostRetry = TimeSpan.FromMinutes(10), DrivesRetry = TimeSpan.FromSeconds(5), UpkeepInterval = TimeSpan.FromSeconds(1);

    private readonly Dictionary<HealJob, (int Pool, int Set)[]> _runningSets = [];
    private readonly HashSet<Task> _tasks = [];
    private DriveTopology? _topology;
    private string? _drivesProblem;
    private long _drivesTriedAt;
    private int _started;
    private double _averageSeconds;

    /// <summary>Why nothing is repaired although something waits: no drives, or others have them; null where it is.</summary>
    public string? Blocked
    {
        get
        {
            lock (_gate) return _drivesProblem;
        }
    }

    /// <summary>Works until it is cancelled; then it ends the repairs that have not put anything into its place yet, waits for the others, and writes a snapshot.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _started, 1) != 0) throw new InvalidOperationException("The repairs are being worked on already.");
        using IDisposable subscription = _options.Policies.Subscribe(_ =>
        {
            _work.Set();
            _policyChanged.Set();
        });
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ending.Token);
        try
        {
            await Task.WhenAll(DispatchAsync(ending), IntakeAsync(ending.Token), UpkeepAsync(ending)).ConfigureAwait(false);
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            Task[] running;
            lock (_gate) running = [.. _tasks];
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _sessions.Retire();
            if (!_log.IsFailing) await TrySaveAsync(CancellationToken.None).WaitAsync(FeedPatience, _options.Time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Interlocked.Exchange(ref _started, 0);
        }
    }

    private async Task DispatchAsync(CancellationTokenSource ending)
    {
        try
        {
            while (true)
            {
                TimeSpan wait = StartWhatMay(ending.Token);
                await _work.WaitAsync(wait, _options.Time, ending.Token).ConfigureAwait(false);
            }
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Begins as many repairs as may run; gives how long nothing else will be due.</summary>
    private TimeSpan StartWhatMay(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            HealPolicy policy = Policy;
            long now = Now;
            long? due = _book.Wake(now), ages = _book.Queue.Age(now, policy.AgeingInterval);
            TimeSpan wait = TimeSpan.FromMinutes(1);
            foreach (long? next in (long?[])[due, ages])
            {
                if (next is { } at && TimeSpan.FromTicks(at - now) < wait) wait = TimeSpan.FromTicks(Math.Max(TimeSpan.TicksPerMillisecond, at - now));
            }

            if (_drivesProblem is not null)
            {
                TimeSpan left = DrivesRetry - _options.Time.GetElapsedTime(_drivesTriedAt);
                if (left > TimeSpan.Zero) return left < wait ? left : wait;
            }

            // Where there were none a moment ago one finds out for all.
            while (!_log.IsFull && (_drivesProblem is null || _runningSets.Count == 0) && _book.Take(job => MayRun(job, policy), MostLooked, now) is { } job)
            {
                (int, int)[] sets = SetsOf(job);
                _runningSets[job] = sets;
                Task task = Task.Run(() => RunJobAsync(job, policy, cancellationToken), CancellationToken.None);
                _tasks.Add(task);
                _ = task.ContinueWith(Ended, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }

            return wait;
        }
    }

    private void Ended(Task task)
    {
        lock (_gate) _tasks.Remove(task);
        _work.Set();
    }

    /// <summary>What somebody waits for goes beside the others; the limit of its set counts for it too.</summary>
    private bool MayRun(HealJob job, HealPolicy policy)
    {
        int running = _runningSets.Count, most = policy.MaxConcurrentHeals + (job.Mode == HealMode.RealTime ? Math.Max(1, policy.MaxConcurrentHeals / 4) : 0);
        if (running >= most) return false;
        foreach ((int Pool, int Set) place in SetsOf(job))
        {
            if (_runningSets.Values.Count(sets => sets.Contains(place)) >= policy.MaxConcurrentPerSet) return false;
        }

        return true;
    }

    private (int Pool, int Set)[] SetsOf(HealJob job)
    {
        if (job.Origin.Drive is not null || _topology is not { } topology) return [];
        ObjectName name = ObjectName.Create(job.Bucket, job.Key);
        return [.. topology.Pools.Select(pool => (pool.Number, name.ChooseSet(pool.Format)))];
    }

    private async Task RunJobAsync(HealJob job, HealPolicy policy, CancellationToken cancellationToken)
    {
        RepairSession? session = null;
        bool isEmergency = job.Priority == HealthPriority.Emergency || job.Mode == HealMode.Emergency;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timeout = new CancellationTokenSource(isEmergency ? policy.EmergencyHealTimeout : Timeout.InfiniteTimeSpan, _options.Time);
        using CancellationTokenRegistration registration = timeout.Token.Register(() =>
        {
            HealthLog.EmergencyTimedOut(_options.Logger, job.Id, Describe(job), policy.EmergencyHealTimeout);
            limit.Cancel();
        });
        long start = _options.Time.GetTimestamp();
        try
        {
            session = await _sessions.EnterAsync(cancellationToken).ConfigureAwait(false);
            Begin(job, session.Topology);
            RepairEnd end = await RepairAsync(session, job, policy, limit.Token).ConfigureAwait(false);
            End(job, end, _options.Time.GetElapsedTime(start));
        }
        catch (HealthException error) when (error.Problem == HealthProblem.Unavailable)
        {
            PutBack(job, error.Message);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            PutBack(job, null);
        }
        catch (OperationCanceledException)
        {
            End(job, new RepairEnd.Failed($"it had not ended after {DurationText.Format(policy.EmergencyHealTimeout)} (emergency_heal_timeout)", null), _options.Time.GetElapsedTime(start));
        }
        catch (Exception error) when (error is IOException or ErasureFormatException or ObjectUnavailableException or HealthException)
        {
            End(job, new RepairEnd.Failed(error.Message, null), _options.Time.GetElapsedTime(start));
        }
        catch (Exception error)
        {
            HealthLog.HealBroke(_options.Logger, error, job.Id, Describe(job));
            End(job, new RepairEnd.Failed($"{error.GetType().Name}: {error.Message}", null), _options.Time.GetElapsedTime(start));
        }
        finally
        {
            if (session is not null) _sessions.Leave(session);
        }
    }

    private Task<RepairEnd> RepairAsync(RepairSession session, HealJob job, HealPolicy policy, CancellationToken cancellationToken)
    {
        HealRequest request;
        DateTimeOffset? sightedAt;
        IReadOnlyList<(long From, long To)> interrupted;
        lock (_gate)
        {
            request = job.ToRequest();
            sightedAt = job.Run.SightedAt == 0 ? null : new(job.Run.SightedAt, TimeSpan.Zero);
            interrupted = job.Run.Interrupted;
        }

        if (request.Drive is not null)
        {
            return new DriveRestore(session, _options.Pools, request, Path.Combine(_options.StateDirectory, "rebuilds", job.Id), policy.MaxConcurrentPerSet, _options.Time).RunAsync(cancellationToken);
        }

        IReadOnlySet<string> earlier = interrupted.Count > 0 ? _journals.Intended(ObjectName.Create(request.Bucket, request.Object), interrupted) : new HashSet<string>();
        return new ObjectRepair(session, request, earlier, policy.HealVerificationRequired, _options.TrustsCache, _options.Time).RunAsync(sightedAt, cancellationToken);
    }

    private void Begin(HealJob job, DriveTopology topology)
    {
        lock (_gate)
        {
            _topology = topology;
            _drivesProblem = null;
            if (_runningSets.ContainsKey(job)) _runningSets[job] = SetsOf(job);
            _records.Started(_log.Batch, job);
        }

        _log.Wake();
    }

    private void End(HealJob job, RepairEnd end, TimeSpan took)
    {
        lock (_gate)
        {
            _runningSets.Remove(job);
            switch (end)
            {
                case RepairEnd.Done done:
                    _averageSeconds = _averageSeconds == 0 ? took.TotalSeconds : 0.9 * _averageSeconds + 0.1 * took.TotalSeconds;
                    _book.Move(job, HealState.Completed, moved =>
                    {
                        (moved.Run.EndedAt, moved.Run.Result, moved.Run.Error) = (Now, done.Result, null);
                    });
                    _records.Completed(_log.Batch, job, done.Healthy);
                    break;
                case RepairEnd.Deferred deferred:
                    _book.Move(job, HealState.Retrying, moved =>
                    {
                        moved.Run.Attempts--;
                        moved.Run.NotBefore = deferred.Until.UtcTicks;
                        if (deferred.IsSighted) moved.Run.SightedAt = Now;
                    });
                    _records.Deferred(_log.Batch, job, deferred.Reason);
                    break;
                case RepairEnd.Failed failed:
                    Fail(job, failed);
                    break;
            }
        }

        if (end is RepairEnd.Failed why) HealthLog.HealFailed(_options.Logger, job.Id, Describe(job), job.Run.Attempts, why.Error);
        if (end is RepairEnd.Done { Result: { } result } && (result.ShardsRepaired > 0 || result.Unrepaired.Count > 0)) HealthLog.HealCompleted(_options.Logger, job.Id, Describe(job), result.ShardsRepaired, result.Unrepaired.Count);
        _log.Wake();
        _work.Set();
    }

    private void Fail(HealJob job, RepairEnd.Failed failed)
    {
        string error = failed.Error.Length <= MaxErrorLength ? failed.Error : failed.Error[..MaxErrorLength] + "…";
        bool isRetried = job.Run.Attempts <= job.MaxRetries;
        _book.Move(job, isRetried ? HealState.Retrying : HealState.Failed, moved =>
        {
            HealProgress run = moved.Run;
            (run.Error, run.Result, run.IsDismissed) = (error, failed.Result, false);
            if (isRetried) run.NotBefore = Now + RetryDelay(run.Attempts).Ticks;
            else run.EndedAt = Now;
        });
        _records.Failed(_log.Batch, job);
    }

    /// <summary>Twice as long each time, and never the same for all.</summary>
    private TimeSpan RetryDelay(int attempts)
    {
        double seconds = Math.Min(MostRetry.TotalSeconds, FirstRetry.TotalSeconds * Math.Pow(2, Math.Min(20, attempts - 1)));
        return TimeSpan.FromSeconds(seconds * (0.8 + 0.4 * _options.Random.NextDouble()));
    }

    /// <summary>It was not tried: it waits again, where it was in line by its age.</summary>
    private void PutBack(HealJob job, string? problem)
    {
        lock (_gate)
        {
            _runningSets.Remove(job);
            _book.Move(job, HealState.Queued, moved => moved.Run.Attempts--);
            if (problem is null) return;
            if (_drivesProblem != problem) HealthLog.HealsWait(_options.Logger, problem);
            _drivesProblem = problem;
            _drivesTriedAt = _options.Time.GetTimestamp();
        }
    }

    private DateTimeOffset? EstimateStart(long position)
    {
        if (_averageSeconds == 0) return null;
        long ahead = Math.Max(0, position - 1) + _runningSets.Count, workers = Policy.MaxConcurrentHeals;
        return _options.Time.GetUtcNow() + TimeSpan.FromSeconds(Math.Min(1e9, Math.Max(0, ahead - workers + 1) * _averageSeconds / workers));
    }

    private static string Describe(HealJob job) => job.Origin.Drive ?? $"{job.Bucket}/{job.Key}";

    /// <summary>What is to be done now and then.</summary>
    private async Task UpkeepAsync(CancellationTokenSource ending)
    {
        using var timer = new PeriodicTimer(UpkeepInterval, _options.Time);
        while (await timer.WaitForNextTickAsync(ending.Token).ConfigureAwait(false))
        {
            _sessions.RetireIdle();
            LookForEmptyDrives();
            lock (_gate) _book.Forget(Now - _options.Policies.Retention.Reports.Ticks);
            if (IsSnapshotDue) await TrySaveAsync(ending.Token).ConfigureAwait(false);
        }
    }
}
