using System.Globalization;
using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Walking;
using Weir.Erasure.Format;
using Weir.Health.Pools;

namespace Weir.Health.Scanning.Walks;

/// <summary>What a scan walks, unit by unit.</summary>
internal static class ScanPlan
{
    /// <summary>The units of a request on the drives that there are now. The same request gives the same keys.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="includesSystem">Whether the servers' own buckets are scanned where the request names none.</param>
    /// <param name="priorityBuckets">Scanned before all others.</param>
    /// <param name="topology">The drives.</param>
    /// <param name="pools">Where drives that are away were last.</param>
    /// <param name="problem">What cannot be scanned, and why; null where everything can.</param>
    public static List<ScanUnit> Make(ScanRequest request, bool includesSystem, IReadOnlyList<string> priorityBuckets, DriveTopology topology, PoolSet pools, out string? problem)
    {
        problem = null;
        var units = new List<ScanUnit>();
        if (request.Strategy == ScanStrategy.Targeted)
        {
            for (int i = 0; i < request.Targets.Count; i++) AddTarget(units, request.Targets[i], i, topology, pools, ref problem);
            return units;
        }

        Func<string, bool> buckets = Filter(request.Scope, includesSystem);
        var first = priorityBuckets.Where(buckets).ToHashSet(StringComparer.Ordinal);
        foreach (DrivePool pool in topology.Pools)
        {
            for (int set = 0; set < pool.SetCount; set++)
            {
                string key = KeyOf(pool, set);
                if (first.Count > 0) units.Add(new() { Key = "p/" + key, Pool = pool, Set = set, Phase = 0, Buckets = first.Contains });
                units.Add(new() { Key = key, Pool = pool, Set = set, Phase = 1, Buckets = first.Count == 0 ? buckets : bucket => !first.Contains(bucket) && buckets(bucket) });
            }
        }

        return [.. units.OrderBy(unit => unit.Phase)];
    }

    private static Func<string, bool> Filter(ScanScope scope, bool includesSystem)
    {
        if (scope.Buckets is not null)
        {
            var named = scope.Buckets.ToHashSet(StringComparer.Ordinal);
            return named.Contains;
        }

        return bucket => includesSystem || !WalkRules.IsSystem(bucket);
    }

    private static void AddTarget(List<ScanUnit> units, ScanTarget target, int number, DriveTopology topology, PoolSet pools, ref string? problem)
    {
        string prefix = string.Create(CultureInfo.InvariantCulture, $"t{number}/");
        if (target.Drive is { } path)
        {
            if (pools.Place(path) is not { } place || place.Pool >= topology.Pools.Count)
            {
                problem = $"{path} has not been there since the start, so that it is not known what belongs on it";
                return;
            }

            DrivePool own = topology.Pools[place.Pool];
            units.Add(new() { Key = prefix + KeyOf(own, place.Set), Pool = own, Set = place.Set, Buckets = static _ => true });
            return;
        }

        string bucket = target.Bucket!;
        ObjectName? name = target.Object is { } key ? ObjectName.Create(bucket, key) : null;
        // A prefix ends anywhere; the walk begins at the directory that it ends in.
        int slash = target.Prefix?.LastIndexOf('/') ?? -1;
        string below = slash > 0 ? $"{bucket}/{target.Prefix![..slash]}" : bucket;
        foreach (DrivePool pool in topology.Pools)
        {
            for (int set = 0; set < pool.SetCount; set++)
            {
                if (name is not null && name.ChooseSet(pool.Format) != set) continue;
                units.Add(new() { Key = prefix + KeyOf(pool, set), Pool = pool, Set = set, Object = name, Below = name is null ? below : null, Prefix = target.Prefix, Buckets = other => other == bucket });
            }
        }
    }

    private static string KeyOf(DrivePool pool, int set)
    {
        Guid id = pool.Format.Sets[0].FirstOrDefault(drive => drive != FormatJson.LostDrive);
        return string.Create(CultureInfo.InvariantCulture, $"{id:N}/{set}");
    }
}
