namespace Weir.Health.Policies;

/// <summary>How repairs are done. JSON: snake_case names of these; docs/health.md.</summary>
public sealed record HealPolicy
{
    public int MaxConcurrentHeals { get; init; } = 8;

    /// <summary>Repairs at once in one set.</summary>
    public int MaxConcurrentPerSet { get; init; } = 4;

    /// <summary>An emergency repair that has not ended after this is told as an error, and tried again.</summary>
    public TimeSpan EmergencyHealTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether what scans find is repaired without being asked for; otherwise it is only reported.</summary>
    public bool AutoHealEnabled { get; init; } = true;

    /// <summary>Whether each repaired object is looked at deeply once more.</summary>
    public bool HealVerificationRequired { get; init; } = true;

    /// <summary>Repairs that may wait.</summary>
    public int QueueCapacity { get; init; } = 1_000_000;

    /// <summary>After this long a waiting repair counts one priority higher, and again after as long.</summary>
    public TimeSpan AgeingInterval { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Globs of bucket names by class, as <c>critical_buckets: [payments-*]</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> BucketClasses { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>The priority of a class's repairs, or of a bucket's where no class has the name.</summary>
    public IReadOnlyDictionary<string, HealthPriority> PriorityMapping { get; init; } = new Dictionary<string, HealthPriority>();

    /// <summary>The priority of a bucket's repairs; null where nothing maps it.</summary>
    public HealthPriority? PriorityOf(string bucket)
    {
        if (!BucketClasses.ContainsKey(bucket) && PriorityMapping.TryGetValue(bucket, out HealthPriority own)) return own;
        HealthPriority? highest = null;
        foreach ((string name, IReadOnlyList<string> globs) in BucketClasses)
        {
            if (!PriorityMapping.TryGetValue(name, out HealthPriority mapped) || mapped < highest) continue;
            if (globs.Any(glob => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(glob, bucket, ignoreCase: false))) highest = mapped;
        }

        return highest;
    }
}
