using Weir.Health.Policies;

namespace Weir.Health.Pacing;

/// <summary>Limits by a name, for those who do not want to think of numbers.</summary>
public static class PacingPresets
{
    /// <summary>The names, the gentlest first.</summary>
    public static IReadOnlyList<string> Names { get; } = ["gentle", "balanced", "fast", "unlimited"];

    /// <summary>A policy with a preset's limits, and everything else as it was.</summary>
    /// <exception cref="HealthException">There is no such preset.</exception>
    public static ScanPolicy Apply(string name, ScanPolicy policy) => name switch
    {
        "gentle" => policy with { BandwidthLimitMbps = 20, IopsLimit = 50, ObjectsPerSecondLimit = null, TotalBandwidthLimitMbps = null, DriveConcurrency = 1, ConcurrentScanners = 1, BacksOff = true },
        "balanced" => policy with { BandwidthLimitMbps = 80, IopsLimit = 500, ObjectsPerSecondLimit = null, TotalBandwidthLimitMbps = null, DriveConcurrency = 1, ConcurrentScanners = 2, BacksOff = true },
        "fast" => policy with { BandwidthLimitMbps = null, IopsLimit = null, ObjectsPerSecondLimit = null, TotalBandwidthLimitMbps = null, DriveConcurrency = 2, ConcurrentScanners = 4, BacksOff = true },
        "unlimited" => policy with { BandwidthLimitMbps = null, IopsLimit = null, ObjectsPerSecondLimit = null, TotalBandwidthLimitMbps = null, DriveConcurrency = 4, ConcurrentScanners = 4, BacksOff = false },
        _ => throw new HealthException(HealthProblem.Invalid, "unknown_preset", $"'{name}' is no preset; there are {string.Join(", ", Names)}."),
    };
}
