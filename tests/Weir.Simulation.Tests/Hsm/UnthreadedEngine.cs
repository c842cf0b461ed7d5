using Weir.Feed;
using Weir.Lab.Feeds;

namespace Weir.Simulation.Tests.Hsm;

/// <summary>
/// An engine whose calls are over when they return, so that a seed gives the same order of disk operations every time. It spins, which is
/// fine on a disk in memory.
/// </summary>
internal sealed class UnthreadedEngine(IFeedEngine inner) : ForwardingEngine(inner)
{
    public override ValueTask<RecordId> AppendAsync(string topic, RecordBatch batch, AppendOptions options = default, CancellationToken cancellationToken = default)
    {
        Task<RecordId> appending = base.AppendAsync(topic, batch, options, cancellationToken).AsTask();
        SpinWait.SpinUntil(() => appending.IsCompleted);
        return new(appending);
    }

    public override ValueTask SyncAsync(string topic, CancellationToken cancellationToken = default)
    {
        Task syncing = base.SyncAsync(topic, cancellationToken).AsTask();
        SpinWait.SpinUntil(() => syncing.IsCompleted);
        return new(syncing);
    }
}
