namespace Weir.Health.Healing.Queueing;

/// <summary>Jobs of one priority and one endangerment: their buckets take turns.</summary>
internal sealed class HealLane(HealthPriority priority)
{
    private readonly Dictionary<string, BucketLine> _lines = new(StringComparer.Ordinal);
    private readonly LinkedList<BucketLine> _round = new();

    public HealthPriority Priority => priority;

    public int Count { get; private set; }

    /// <summary>Its lines with jobs, in their turn.</summary>
    public IEnumerable<BucketLine> Lines => _round;

    public void Add(HealJob job)
    {
        if (!_lines.TryGetValue(job.Bucket, out BucketLine? line)) _lines[job.Bucket] = line = new(this, job.Bucket);
        line.Place ??= _round.AddLast(line);
        line.Add(job);
        Count++;
    }

    public void Remove(HealJob job)
    {
        BucketLine line = job.Line!;
        line.Remove(job);
        Count--;
        if (line.Count > 0) return;
        _round.Remove(line.Place!);
        line.Place = null;
        _lines.Remove(line.Bucket);
    }

    /// <summary>Takes a job out whose bucket has then had its turn.</summary>
    public void Take(HealJob job)
    {
        BucketLine line = job.Line!;
        Remove(job);
        if (line.Place is not { } place) return;
        _round.Remove(place);
        _round.AddLast(place);
    }

    /// <summary>The jobs in the order in which they would be taken.</summary>
    public IEnumerable<HealJob> InOrder()
    {
        var heads = new List<HealJob>(_round.Select(line => line.First!));
        while (heads.Count > 0)
        {
            int kept = 0;
            for (int i = 0; i < heads.Count; i++)
            {
                HealJob job = heads[i];
                yield return job;
                if (job.Next is { } next) heads[kept++] = next;
            }

            heads.RemoveRange(kept, heads.Count - kept);
        }
    }

    /// <summary>How many of the lane go before a job of it; too many by those that were taken out between it and its line's beginning.</summary>
    public long Before(HealJob job)
    {
        BucketLine own = job.Line!;
        long ahead = Math.Min(job.Ticket - own.First!.Ticket, own.Count - 1), before = ahead;
        bool isPast = false;
        foreach (BucketLine line in _round)
        {
            if (line == own) isPast = true;
            else before += Math.Min(line.Count, isPast ? ahead : ahead + 1);
        }

        return before;
    }
}
