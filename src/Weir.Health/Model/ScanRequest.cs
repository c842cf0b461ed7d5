using Weir.Erasure.Drives.Verifying;

namespace Weir.Health;

/// <summary>Which objects a scan looks at.</summary>
public enum ScanStrategy
{
    /// <summary>All of the scope.</summary>
    Full,

    /// <summary>Those that changed since a time, or since the last complete scan.</summary>
    Incremental,

    /// <summary>A sample, with what has long not been looked at, drives with errors and endangered objects favoured.</summary>
    Smart,

    /// <summary>Those that are named: objects, prefixes, drives.</summary>
    Targeted,
}

/// <summary>What of the pools is scanned.</summary>
public sealed record ScanScope
{
    /// <summary>Names of buckets; null for all.</summary>
    public IReadOnlyList<string>? Buckets { get; init; }

    /// <summary>Whether the servers' own buckets (users, policies) are scanned too; null leaves it to the policy.</summary>
    public bool? IncludesSystemObjects { get; init; }

    /// <summary>End after so many objects; null for no limit.</summary>
    public long? MaxObjects { get; init; }
}

/// <summary>A target of a scan: an object, everything below a prefix, or everything on a drive. One of the three is set.</summary>
/// <param name="Bucket">With <paramref name="Object"/> or <paramref name="Prefix"/>; alone for a whole bucket.</param>
/// <param name="Object">A key.</param>
/// <param name="Prefix">The beginning of keys.</param>
/// <param name="Drive">A drive's path, as configured.</param>
public sealed record ScanTarget(string? Bucket, string? Object, string? Prefix, string? Drive);

/// <summary>What a scan is asked to do.</summary>
public sealed record ScanRequest
{
    public required ScanStrategy Strategy { get; init; }

    /// <summary>Null leaves it to the policy.</summary>
    public VerifyMode? Mode { get; init; }

    public ScanScope Scope { get; init; } = new();

    public HealthPriority Priority { get; init; } = HealthPriority.Normal;

    /// <summary>Incremental: what changed from then on; null: since the last complete scan.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Smart: the part of the objects that is looked at, above 0 and at most 1.</summary>
    public double? SampleRate { get; init; }

    /// <summary>Smart.</summary>
    public bool FavorsUnscanned { get; init; } = true;

    /// <summary>Targeted.</summary>
    public IReadOnlyList<ScanTarget> Targets { get; init; } = [];

    /// <summary>Who or what asks, for people; as <c>api</c>, <c>cycle</c>, <c>storage-event</c>.</summary>
    public string Reason { get; init; } = "api";

    /// <summary>What began it; runs through issues and repairs.</summary>
    public string? IncidentId { get; init; }
}
