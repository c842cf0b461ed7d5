namespace Weir.Coordinator.Scheduling;

/// <summary>The buckets of the archive ids that have a rate.</summary>
internal sealed class ArchiveRates(IReadOnlyDictionary<uint, RateLimit> limits)
{
    private readonly Dictionary<uint, TokenBucket> _buckets = limits.ToDictionary(limit => limit.Key, limit => new TokenBucket(limit.Value));

    /// <summary>The time that <see cref="Allow"/> goes by.</summary>
    public TimeSpan Now { get; set; }

    public bool Allow(uint archiveId) => !_buckets.TryGetValue(archiveId, out TokenBucket? bucket) || bucket.HasToken(Now);

    public void Take(uint archiveId)
    {
        if (_buckets.TryGetValue(archiveId, out TokenBucket? bucket)) bucket.Take();
    }

    /// <summary>When the first archive id that has used up its rate has a token again; null when none has.</summary>
    public TimeSpan? NextToken()
    {
        TimeSpan? next = null;
        foreach (TokenBucket bucket in _buckets.Values)
        {
            if (bucket.HasToken(Now)) continue;
            TimeSpan at = bucket.NextToken(Now);
            if (next is null || at < next) next = at;
        }

        return next;
    }
}
