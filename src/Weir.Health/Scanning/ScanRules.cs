using Weir.Erasure.Drives;
using Weir.Health.Pools;
using Weir.Health.Scanning.Jobs;

namespace Weir.Health.Scanning;

/// <summary>Which requests make sense, and which are in each other's way.</summary>
internal static class ScanRules
{
    public const int MaxTargets = 1000, MaxBuckets = 10_000;

    /// <exception cref="HealthException">A value makes no sense: the message names the field.</exception>
    public static void Check(ScanRequest request, PoolSet pools, DateTimeOffset now)
    {
        if (request.Scope.Buckets is { } buckets)
        {
            if (buckets.Count is 0 or > MaxBuckets) throw Invalid($"scope.buckets: from 1 to {MaxBuckets} names, or null for all");
            foreach (string bucket in buckets) CheckBucket(bucket, "scope.buckets");
        }

        if (request.Scope.MaxObjects is < 1) throw Invalid("scope.max_objects: at least 1, or null for no limit");
        if (request.Reason.Length > 200 || request.IncidentId?.Length > 200) throw Invalid("reason and incident_id: at most 200 characters");
        if (request.Since is not null && request.Strategy != ScanStrategy.Incremental) throw Invalid("strategy.since: only Incremental scans take it");
        if (request.Since > now) throw Invalid("strategy.since: it lies in the future");
        if (request.SampleRate is not null && request.Strategy != ScanStrategy.Smart) throw Invalid("strategy.sample_rate: only Smart scans take it");
        if (request.Strategy == ScanStrategy.Smart && request.SampleRate is not (> 0 and <= 1)) throw Invalid("strategy.sample_rate: a Smart scan needs a number above 0 and at most 1");
        if (request.Targets.Count > 0 && request.Strategy != ScanStrategy.Targeted) throw Invalid("strategy.targets: only Targeted scans take them");
        if (request.Strategy == ScanStrategy.Targeted) CheckTargets(request, pools);
    }

    /// <exception cref="HealthException">A scan of the same is under way, or one that covers this.</exception>
    public static void CheckOverlap(ScanRequest request, Erasure.Drives.Verifying.VerifyMode mode, IEnumerable<ScanJob> active)
    {
        foreach (ScanJob job in active)
        {
            if (IsSame(job, request, mode)) throw new HealthException(HealthProblem.Conflict, "scan_already_running", $"The same scan is under way: {job.Id}.");
            if (Covers(job, request, mode)) throw new HealthException(HealthProblem.Conflict, "scan_overlap", $"{job.Id} is under way and looks at all of this: wait for it, or cancel it.");
        }
    }

    private static bool IsSame(ScanJob job, ScanRequest request, Erasure.Drives.Verifying.VerifyMode mode)
    {
        ScanRequest other = job.Request;
        return job.Mode == mode && other.Strategy == request.Strategy && other.Since == request.Since && other.SampleRate == request.SampleRate && other.Targets.SequenceEqual(request.Targets)
            && other.Scope.MaxObjects == request.Scope.MaxObjects && other.Scope.IncludesSystemObjects == request.Scope.IncludesSystemObjects
            && (other.Scope.Buckets ?? []).Order(StringComparer.Ordinal).SequenceEqual((request.Scope.Buckets ?? []).Order(StringComparer.Ordinal))
            && (other.Scope.Buckets is null) == (request.Scope.Buckets is null);
    }

    /// <summary>A scan of everything, as deep, with at least these buckets. Targets are not waited for: somebody has a reason to look there now.</summary>
    private static bool Covers(ScanJob job, ScanRequest request, Erasure.Drives.Verifying.VerifyMode mode)
    {
        ScanRequest other = job.Request;
        if (other.Strategy != ScanStrategy.Full || other.Scope.MaxObjects is not null || job.Mode < mode || request.Strategy == ScanStrategy.Targeted) return false;
        if (other.Scope.Buckets is null) return request.Scope.Buckets is not null || request.Scope.IncludesSystemObjects != true || other.Scope.IncludesSystemObjects == true;
        return request.Scope.Buckets is { } wanted && wanted.All(other.Scope.Buckets.Contains);
    }

    private static void CheckTargets(ScanRequest request, PoolSet pools)
    {
        if (request.Targets.Count is 0 or > MaxTargets) throw Invalid($"strategy.targets: a Targeted scan needs from 1 to {MaxTargets}");
        foreach (ScanTarget target in request.Targets)
        {
            if (target.Drive is { } drive)
            {
                if (target.Bucket is not null || target.Object is not null || target.Prefix is not null) throw Invalid("strategy.targets: a drive stands alone");
                if (pools.Find(drive) is null) throw Invalid($"strategy.targets: '{drive}' is no drive of the configured pools");
                continue;
            }

            if (target.Bucket is null) throw Invalid("strategy.targets: each needs a bucket or a drive");
            if (target.Object is not null && target.Prefix is not null) throw Invalid("strategy.targets: an object or a prefix, not both");
            CheckBucket(target.Bucket, "strategy.targets");
            CheckKey(target.Bucket, target.Object, "object");
            string? directory = target.Prefix is { } prefix && prefix.LastIndexOf('/') is > 0 and int slash ? prefix[..slash] : null;
            CheckKey(target.Bucket, directory, "prefix");
            if (target.Prefix is { } text && (text.StartsWith('/') || text.Contains('\0', StringComparison.Ordinal) || text.Length > 1024)) throw Invalid($"strategy.targets: '{text}' is the beginning of no key");
        }
    }

    private static void CheckBucket(string bucket, string field)
    {
        if (!Erasure.Drives.Walking.WalkRules.IsBucket(bucket) || bucket.Contains('/', StringComparison.Ordinal)) throw Invalid($"{field}: '{bucket}' is no name of a bucket");
        CheckKey(bucket, "x", field);
    }

    private static void CheckKey(string bucket, string? key, string field)
    {
        if (key is null) return;
        try
        {
            ObjectName.Create(bucket, key);
        }
        catch (ArgumentException error)
        {
            throw Invalid($"strategy.targets.{field}: {error.Message}");
        }
    }

    private static HealthException Invalid(string message) => new(HealthProblem.Invalid, "invalid_scan", message);
}
