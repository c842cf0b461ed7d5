using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Walking;

namespace Weir.Health.Healing;

/// <summary>Where repairs get the drives of the pools from.</summary>
public interface IDriveSource
{
    /// <summary>The drives as they are now, until the lease is disposed.</summary>
    /// <exception cref="HealthException">No drive of a deployment is there.</exception>
    Task<DriveLease> TakeAsync(CancellationToken cancellationToken = default);

    /// <summary>Looks at the drives once more, now: one of them has just been formatted.</summary>
    Task CheckAsync(CancellationToken cancellationToken = default);
}

/// <summary>The drives of the pools, lent.</summary>
/// <param name="topology">The drives and pools.</param>
/// <param name="queues">The drives' queues, shared with scanning and paced.</param>
/// <param name="urgentQueues">Queues that keep no pace.</param>
/// <param name="urgentOptions">For queues of one's own that keep no pace.</param>
/// <param name="isOutdated">Whether drives came or went since.</param>
/// <param name="give">Gives it back.</param>
public sealed class DriveLease(DriveTopology topology, DriveQueues queues, DriveQueues urgentQueues, DriveQueueOptions urgentOptions, Func<bool> isOutdated, Action give) : IDisposable
{
    private Action? _give = give;

    public DriveTopology Topology => topology;

    public DriveQueues Queues => queues;

    public DriveQueues UrgentQueues => urgentQueues;

    public DriveQueueOptions UrgentOptions => urgentOptions;

    public bool IsOutdated => isOutdated();

    public void Dispose() => Interlocked.Exchange(ref _give, null)?.Invoke();
}
