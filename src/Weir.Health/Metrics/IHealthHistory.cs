namespace Weir.Health.Metrics;

/// <summary>What was measured, and when. Safe to call from many threads; answers from memory.</summary>
public interface IHealthHistory
{
    /// <summary>How long it reaches back.</summary>
    TimeSpan Reach { get; }

    /// <summary>From one moment to the next.</summary>
    TimeSpan Step { get; }

    /// <summary>What was measured from one time to another, oldest first, both included.</summary>
    IReadOnlyList<HealthSample> Read(DateTimeOffset from, DateTimeOffset to);

    /// <summary>What it is at this moment.</summary>
    HealthSample Measure();
}

/// <summary>What was measured at one moment.</summary>
/// <param name="At">When.</param>
/// <param name="Values">In the order of <see cref="HealthMetricTable.Columns"/>; not a number where it was not known.</param>
public sealed record HealthSample(DateTimeOffset At, IReadOnlyList<double> Values)
{
    /// <summary>Null where it was not known.</summary>
    public double? this[string metric] => Values[HealthMetricTable.ColumnOf(metric)] is var value && double.IsNaN(value) ? null : value;
}
