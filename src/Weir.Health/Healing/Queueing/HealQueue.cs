namespace Weir.Health.Healing.Queueing;

/// <summary>
/// The jobs that wait for a worker. Higher priorities go first; within one those that may lose least; among those the buckets take turns, and
/// within a bucket it is first come first served. Not thread-safe.
/// </summary>
internal sealed class HealQueue
{
    /// <summary>Margins that are told apart: 0 or less, 1, 2 or unknown, more.</summary>
    private const int Ranks = 4;

    private const int Priorities = (int)HealthPriority.Emergency + 1;

    /// <summary>From the first that is served to the last.</summary>
    private readonly HealLane[] _lanes =
        [.. Enumerable.Range(0, Priorities * Ranks).Select(index => new HealLane((HealthPriority)(Priorities - 1 - index / Ranks)))];

    public int Count => _lanes.Sum(lane => lane.Count);

    /// <summary>How many wait with a priority.</summary>
    public long CountOf(HealthPriority priority) => _lanes.Where(lane => lane.Priority == priority).Sum(lane => (long)lane.Count);

    public void Add(HealJob job) => LaneOf(job).Add(job);

    public static void Remove(HealJob job) => job.Line!.Lane.Remove(job);

    /// <summary>Takes the first that may be done.</summary>
    /// <param name="isAllowed">Whether a job may be done now.</param>
    /// <param name="mostLooked">The most that are asked about.</param>
    public HealJob? Take(Func<HealJob, bool> isAllowed, int mostLooked)
    {
        foreach (HealJob job in InOrder())
        {
            if (mostLooked-- == 0) return null;
            if (!isAllowed(job)) continue;
            job.Line!.Lane.Take(job);
            return job;
        }

        return null;
    }

    /// <summary>All in the order in which they would be taken; invalid after any change.</summary>
    public IEnumerable<HealJob> InOrder() => _lanes.Where(lane => lane.Count > 0).SelectMany(lane => lane.InOrder());

    /// <summary>From 1.</summary>
    public long PositionOf(HealJob job)
    {
        long before = 0;
        foreach (HealLane lane in _lanes)
        {
            if (lane == job.Line!.Lane) return before + lane.Before(job) + 1;
            before += lane.Count;
        }

        return before + 1;
    }

    /// <summary>Raises what has waited for an interval by one priority; gives when the next is due, in ticks of UTC.</summary>
    public long? Age(long now, TimeSpan interval)
    {
        long? next = null;
        // From the highest, so that none is raised twice.
        foreach (HealLane lane in _lanes)
        {
            if (lane.Priority == HealthPriority.Emergency || lane.Count == 0) continue;
            foreach (BucketLine line in lane.Lines.ToArray())
            {
                while (line.First is { } job)
                {
                    long due = job.AgesFrom + interval.Ticks;
                    if (due > now)
                    {
                        if (next is null || due < next) next = due;
                        break;
                    }

                    // After a long stop several at once.
                    long steps = (now - job.AgesFrom) / interval.Ticks;
                    lane.Remove(job);
                    job.Effective = (HealthPriority)Math.Min((long)HealthPriority.Emergency, (long)job.Effective + steps);
                    job.AgesFrom += steps * interval.Ticks;
                    Add(job);
                    due = job.AgesFrom + interval.Ticks;
                    if (job.Effective < HealthPriority.Emergency && (next is null || due < next)) next = due;
                }
            }
        }

        return next;
    }

    private HealLane LaneOf(HealJob job)
    {
        int rank = job.Margin is not { } margin ? 2 : margin <= 0 ? 0 : Math.Min((int)margin, Ranks - 1);
        return _lanes[(Priorities - 1 - (int)job.Effective) * Ranks + rank];
    }
}
