using Weir.Health.Healing;
using Weir.Health.Metrics;
using Weir.Health.Policies;
using Weir.Health.Pools;
using Weir.Health.Scanning;

namespace Weir.Health;

/// <summary>The health system of one process: started and stopped as a whole, and asked for its parts. Safe to call from many threads.</summary>
public interface IHealthSystem
{
    /// <summary>As <c>ahm-001</c>.</summary>
    string SystemId { get; }

    /// <summary>When it first began to run; null where it has not. Stopping and starting again does not change it.</summary>
    DateTimeOffset? StartedAt { get; }

    /// <summary>The parts that work, where it runs; null where it is stopped.</summary>
    HealthParts? Parts { get; }

    /// <summary>Why it does not do all of its work; null where it does.</summary>
    string? Problem { get; }

    /// <summary>In force whether it runs or not.</summary>
    IPolicies Policies { get; }

    /// <summary>What was measured, whether it runs or not.</summary>
    IHealthHistory History { get; }

    /// <summary>Sets how many events wait in memory while the feed takes none, for this process.</summary>
    Task SetEventBufferAsync(int size, CancellationToken cancellationToken = default);

    /// <summary>Begins to scan and to repair; nothing where it does already.</summary>
    /// <exception cref="HealthException">It cannot run now: no feed, or no drives.</exception>
    Task StartAsync(CancellationToken cancellationToken = default);

    /// <summary>Finishes what is under way and scans and repairs no more until it is started; nothing where it does not run. Jobs wait.</summary>
    Task StopAsync(CancellationToken cancellationToken = default);
}

/// <summary>The parts of a health system that runs.</summary>
public sealed record HealthParts(IScans Scans, IIssues Issues, IHeals Heals, IInventory Inventory, Func<IReadOnlyList<DriveStatus>> Drives);
