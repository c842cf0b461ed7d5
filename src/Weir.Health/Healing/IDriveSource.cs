using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Walking;

namespace Weir.Health.Healing;

/// <summary>Where repairs get the drives of the pools from.</summary>
public interface IDriveSource
{
    /// <summary>The drives as they are now; null while none can be used. Another object whenever a drive came, went or was replaced.</summary>
    DriveView? Current { get; }

    /// <summary>Looks at the drives once more, now: one of them has just been formatted.</summary>
    Task RefreshAsync(CancellationToken cancellationToken = default);
}

/// <summary>The drives of the pools at one moment.</summary>
/// <param name="Topology">The drives and pools.</param>
/// <param name="Queues">The drives' queues, shared with scanning and paced; they stay usable for as long as this view is the current one.</param>
/// <param name="Options">How the drives are used, for queues that are not paced.</param>
public sealed record DriveView(DriveTopology Topology, DriveQueues Queues, DriveQueueOptions Options);
