using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Walking;

namespace Weir.Health.Scanning.Walks;

/// <summary>A piece of a scan that is walked in one go: a set, or a part of it.</summary>
internal sealed record ScanUnit
{
    /// <summary>The same whatever drives come and go: the pool by its drives' ids.</summary>
    public required string Key { get; init; }

    public required DrivePool Pool { get; init; }

    public required int Set { get; init; }

    /// <summary>Units of an earlier phase are all done before those of a later one begin.</summary>
    public int Phase { get; init; }

    /// <summary>A single object; null for a walk.</summary>
    public ObjectName? Object { get; init; }

    /// <summary>"bucket" or "bucket/directory" that the walk stays below; null for all.</summary>
    public string? Below { get; init; }

    /// <summary>The beginning of the keys that are wanted; null for all.</summary>
    public string? Prefix { get; init; }

    /// <summary>The buckets that are walked.</summary>
    public required Func<string, bool> Buckets { get; init; }

    /// <summary>Whether the unit looks at an object of this path.</summary>
    public bool Covers(string path)
    {
        int slash = path.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || !Buckets(path[..slash])) return false;
        if (Object is not null) return path == Object.Path;
        if (Below is not null && !WalkRules.IsWithin(path, Below)) return false;
        return Prefix is null || path.AsSpan(slash + 1).StartsWith(Prefix, StringComparison.Ordinal);
    }
}
