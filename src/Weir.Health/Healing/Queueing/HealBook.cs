namespace Weir.Health.Healing.Queueing;

/// <summary>All repairs that are known, and where each is in its life. In memory alone, and not thread-safe.</summary>
internal sealed class HealBook
{
    /// <summary>Ended ones that are remembered at most; the oldest are forgotten first.</summary>
    private const int MaxEnded = 20_000;

    /// <summary>Tries of a job that ended with their process, as far as they are remembered.</summary>
    private const int MaxInterruptions = 64;

    private readonly Dictionary<long, HealJob> _jobs = [];
    private readonly HashSet<HealJob> _waiting = new(HealKey.Comparer);
    private readonly HashSet<HealJob> _running = [];
    private readonly HashSet<(string Bucket, string Key, string? Drive)> _busy = [];
    private readonly PriorityQueue<HealJob, long> _delayed = new();
    private readonly SortedSet<HealJob> _ended = new(Comparer<HealJob>.Create((one, other) =>
        one.Progress!.EndedAt != other.Progress!.EndedAt ? one.Progress.EndedAt.CompareTo(other.Progress.EndedAt) : one.Number.CompareTo(other.Number)));

    private readonly long[] _counts = new long[Enum.GetValues<HealState>().Length];
    private readonly Dictionary<string, string> _buckets = new(StringComparer.Ordinal);
    private HealOrigin _lastOrigin = new(null, null, "api", null, null);

    public HealQueue Queue { get; } = new();

    /// <summary>What the next job is numbered.</summary>
    public long NextNumber { get; set; } = 1;

    public int Count => _jobs.Count;

    public IEnumerable<HealJob> Running => _running;

    /// <summary>Newest first.</summary>
    public IEnumerable<HealJob> Ended => _ended.Reverse();

    /// <summary>Those that wait for the time of their next try.</summary>
    public IEnumerable<HealJob> Delayed => _delayed.UnorderedItems.Where(entry => IsDelayed(entry.Element, entry.Priority)).OrderBy(entry => entry.Priority).Select(entry => entry.Element).Distinct();

    public long CountOf(HealState state) => _counts[(int)state];

    public HealJob? Find(long number) => _jobs.GetValueOrDefault(number);

    /// <summary>All, in no order.</summary>
    public HealJob[] All() => [.. _jobs.Values];

    /// <summary>A job for a request; it is not in the book yet.</summary>
    public HealJob Make(long number, HealRequest request, Guid? versionId, long requestedAt)
    {
        if (!_buckets.TryGetValue(request.Bucket, out string? bucket)) _buckets[request.Bucket] = bucket = request.Bucket;
        var origin = new HealOrigin(request.IssueId, request.IncidentId, request.Reason, request.Drive, request.DriveId);
        if (origin == _lastOrigin) origin = _lastOrigin;
        else if (request.IssueId is null) _lastOrigin = origin;
        return new()
        {
            Number = number,
            Bucket = bucket,
            Key = request.Object,
            VersionId = versionId,
            Origin = origin,
            RequestedAt = requestedAt,
            AgesFrom = requestedAt,
            Priority = request.Priority,
            Effective = request.Priority,
            Mode = request.Mode,
            MaxRetries = (short)request.MaxRetries,
            Margin = request.Margin is { } margin ? (short)Math.Clamp(margin, -64, 64) : null,
        };
    }

    /// <summary>The one that waits for the same, or for all versions of it; null when none does.</summary>
    public HealJob? FindWaiting(HealJob asked)
    {
        if (_waiting.TryGetValue(asked, out HealJob? same)) return same;
        if (asked.VersionId is null) return null;
        var all = new HealJob { Number = 0, Bucket = asked.Bucket, Key = asked.Key, Origin = asked.Origin, RequestedAt = 0 };
        return _waiting.TryGetValue(all, out HealJob? whole) ? whole : null;
    }

    /// <summary>Adds a job that waits.</summary>
    public void Add(HealJob job)
    {
        _jobs.Add(job.Number, job);
        NextNumber = Math.Max(NextNumber, job.Number + 1);
        Enter(job, HealState.Queued);
    }

    /// <summary>Adds a job as it was.</summary>
    public void Restore(HealJob job, HealState state)
    {
        _jobs[job.Number] = job;
        NextNumber = Math.Max(NextNumber, job.Number + 1);
        Enter(job, state);
    }

    /// <summary>Gives what was asked for again the higher of both; says whether that changed anything.</summary>
    public bool Promote(HealJob job, HealJob asked)
    {
        bool isUrgent = asked.Priority > job.Priority || asked.Mode > job.Mode;
        bool changes = isUrgent || asked.MaxRetries > job.MaxRetries || (asked.Margin is { } margin && (job.Margin is not { } known || margin < known))
            || (job.Origin.IncidentId is null && asked.Origin.IncidentId is not null);
        if (!changes) return false;
        if (job.Line is not null) HealQueue.Remove(job);
        job.Priority = Max(job.Priority, asked.Priority);
        job.Effective = Max(job.Effective, asked.Priority);
        job.Mode = asked.Mode > job.Mode ? asked.Mode : job.Mode;
        job.MaxRetries = Math.Max(job.MaxRetries, asked.MaxRetries);
        if (asked.Margin is { } newMargin && (job.Margin is not { } oldMargin || newMargin < oldMargin)) job.Margin = newMargin;
        if (job.Origin.IncidentId is null && asked.Origin.IncidentId is { } incident) job.Origin = job.Origin with { IncidentId = incident, IssueId = job.Origin.IssueId ?? asked.Origin.IssueId };
        if (job.State == HealState.Queued) Queue.Add(job);
        return true;
    }

    /// <summary>Puts a job into another state.</summary>
    /// <param name="job">Of the book.</param>
    /// <param name="state">Where it goes; of a retry the time must have been set, of an end that of its end.</param>
    /// <param name="prepare">Changes what the state goes by, between leaving the old and entering the new.</param>
    public void Move(HealJob job, HealState state, Action<HealJob>? prepare = null)
    {
        Leave(job);
        prepare?.Invoke(job);
        Enter(job, state);
    }

    /// <summary>Takes the first that may be done, as running.</summary>
    public HealJob? Take(Func<HealJob, bool> isAllowed, int mostLooked, long now)
    {
        HealJob? job = Queue.Take(one => !IsBusy(one) && isAllowed(one), mostLooked);
        if (job is null) return null;
        // The queue has let it go already.
        _counts[(int)job.State]--;
        Unwait(job);
        HealProgress run = job.Run;
        run.Attempts++;
        if (run.StartedAt == 0) run.StartedAt = now;
        run.TriedAt = now;
        Enter(job, HealState.Running);
        return job;
    }

    /// <summary>Puts back what ran when the process ended that ran it.</summary>
    /// <param name="now">When the next one began; ticks of UTC.</param>
    public int Interrupt(long now)
    {
        HealJob[] interrupted = [.. _running];
        foreach (HealJob job in interrupted) Move(job, HealState.Queued, moved => moved.Run.Interrupted = [.. moved.Run.Interrupted.TakeLast(MaxInterruptions - 1), (moved.Run.TriedAt, now)]);
        return interrupted.Length;
    }

    /// <summary>Whether something is done for its object.</summary>
    public bool IsBusy(HealJob job) => _busy.Contains((job.Bucket, job.Key, job.Origin.Drive));

    /// <summary>Puts those whose time has come back into the queue; gives when the next comes, in ticks of UTC.</summary>
    public long? Wake(long now)
    {
        while (_delayed.TryPeek(out HealJob? job, out long due))
        {
            if (!IsDelayed(job, due)) _delayed.Dequeue();
            else if (due > now) return due;
            else
            {
                _delayed.Dequeue();
                Move(job, HealState.Queued);
            }
        }

        return null;
    }

    /// <summary>Forgets ended ones: those before a moment, and the oldest where there are too many.</summary>
    public void Forget(long before)
    {
        while (_ended.Min is { } oldest && (_ended.Count > MaxEnded || oldest.Progress!.EndedAt < before))
        {
            Leave(oldest);
            _jobs.Remove(oldest.Number);
        }
    }

    private static bool IsDelayed(HealJob job, long due) => job.State == HealState.Retrying && job.Progress!.NotBefore == due;

    private static HealthPriority Max(HealthPriority one, HealthPriority other) => one > other ? one : other;

    private void Leave(HealJob job)
    {
        _counts[(int)job.State]--;
        switch (job.State)
        {
            case HealState.Queued:
                HealQueue.Remove(job);
                Unwait(job);
                break;
            case HealState.Retrying:
                // Its entry among the delayed is passed over.
                Unwait(job);
                break;
            case HealState.Running:
                _running.Remove(job);
                _busy.Remove((job.Bucket, job.Key, job.Origin.Drive));
                break;
            default:
                _ended.Remove(job);
                break;
        }
    }

    private void Enter(HealJob job, HealState state)
    {
        job.State = state;
        _counts[(int)state]++;
        switch (state)
        {
            case HealState.Queued:
                // Another may have come to wait for the same while this one ran.
                _waiting.Add(job);
                Queue.Add(job);
                break;
            case HealState.Retrying:
                _waiting.Add(job);
                _delayed.Enqueue(job, job.Run.NotBefore);
                break;
            case HealState.Running:
                _running.Add(job);
                _busy.Add((job.Bucket, job.Key, job.Origin.Drive));
                break;
            default:
                _ = job.Run;
                _ended.Add(job);
                break;
        }
    }

    private void Unwait(HealJob job)
    {
        if (_waiting.TryGetValue(job, out HealJob? same) && ReferenceEquals(same, job)) _waiting.Remove(job);
    }
}
