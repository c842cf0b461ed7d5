using Weir.Erasure.Drives.Healing;

namespace Weir.Health.Healing.Repairing;

/// <summary>How the drives are taken and written to.</summary>
internal sealed record RepairOptions
{
    public LiveRule Live { get; init; }

    /// <summary>The times of working beside a server are its.</summary>
    public HealOptions Heal { get; init; } = new();

    /// <summary>So long after the last repair the drives are given back.</summary>
    public TimeSpan IdleTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often it is looked for servers that use the drives.</summary>
    public TimeSpan ServerCheckInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Names the staging directories of this process.</summary>
    public string RunName { get; init; } = "health";

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
