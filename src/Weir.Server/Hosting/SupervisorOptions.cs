namespace Weir.Server.Hosting;

/// <summary>How roles are kept running.</summary>
public sealed record SupervisorOptions
{
    /// <summary>The wait after a first failure; it doubles up to <see cref="MaxRetryDelay"/>.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A role that ran for so long has recovered: its next failure is a first one again.</summary>
    public TimeSpan RecoveredAfter { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The next role is started after so long also when one is not ready yet.</summary>
    public TimeSpan StartLimit { get; init; } = TimeSpan.FromSeconds(10);

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>For the jitter of waits.</summary>
    public Random Random { get; init; } = Random.Shared;
}
