namespace Weir.Health.Healing.Queueing;

/// <summary>What a job is for: jobs that wait for the same are one.</summary>
internal sealed class HealKey : IEqualityComparer<HealJob>
{
    public static HealKey Comparer { get; } = new();

    public bool Equals(HealJob? one, HealJob? other) => ReferenceEquals(one, other)
        || (one is not null && other is not null && one.Key == other.Key && one.Bucket == other.Bucket && one.VersionId == other.VersionId && one.Origin.Drive == other.Origin.Drive);

    public int GetHashCode(HealJob job) => HashCode.Combine(job.Bucket, job.Key, job.VersionId);
}
