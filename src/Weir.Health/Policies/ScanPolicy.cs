namespace Weir.Health.Policies;

/// <summary>How scanning goes on by itself. JSON: snake_case names of these; docs/health.md.</summary>
public sealed record ScanPolicy
{
    /// <summary>From the beginning of a cycle to that of the next; null: no cycles.</summary>
    public TimeSpan? DefaultScanInterval { get; init; } = TimeSpan.FromHours(24);

    /// <summary>quick, normal or deep, for cycles and for scans that name none. JSON: Quick, Normal, Deep.</summary>
    public Erasure.Drives.Verifying.VerifyMode DefaultScanMode { get; init; } = Erasure.Drives.Verifying.VerifyMode.Normal;

    /// <summary>The part of a cycle's start, from 0 to 1 of the interval, that chance moves.</summary>
    public double Jitter { get; init; } = 0.1;

    /// <summary>For each object of a cycle, how likely it is looked at deeply; 0 to 1.</summary>
    public double DeepScanProbability { get; init; }

    /// <summary>MB (10⁶ bytes) a second from each drive; null: no limit.</summary>
    public double? BandwidthLimitMbps { get; init; }

    /// <summary>MB a second from all drives together; null: no limit.</summary>
    public double? TotalBandwidthLimitMbps { get; init; }

    /// <summary>Calls a second to each drive; null: no limit.</summary>
    public double? IopsLimit { get; init; }

    /// <summary>Objects a second in all; null: no limit.</summary>
    public double? ObjectsPerSecondLimit { get; init; }

    /// <summary>Scans at once.</summary>
    public int ConcurrentScanners { get; init; } = 2;

    /// <summary>Calls at once on each drive.</summary>
    public int DriveConcurrency { get; init; } = 1;

    /// <summary>Whether scanning slows down while the drives are busy with others' work.</summary>
    public bool BacksOff { get; init; } = true;

    public bool SkipSystemObjects { get; init; }

    /// <summary>Scanned first in each cycle.</summary>
    public IReadOnlyList<string> PriorityBuckets { get; init; } = [];

    /// <summary>When cycles may run; empty: always.</summary>
    public IReadOnlyList<ScanWindow> Windows { get; init; } = [];
}

/// <summary>Hours of days in which scanning may run, in the machine's local time.</summary>
/// <param name="Days">Of the window's beginning; empty: every day.</param>
/// <param name="From">Its beginning.</param>
/// <param name="To">Its end; on the next day where it is not after the beginning.</param>
public sealed record ScanWindow(IReadOnlyList<DayOfWeek> Days, TimeOnly From, TimeOnly To);
