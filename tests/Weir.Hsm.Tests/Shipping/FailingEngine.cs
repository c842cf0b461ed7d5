using Weir.Feed;
using Weir.Lab.Feeds;

namespace Weir.Hsm.Tests.Shipping;

/// <summary>A feed that fails when told to: its n-th append or sync, and every one after it.</summary>
internal sealed class FailingEngine(IFeedEngine inner) : ForwardingEngine(inner)
{
    private int _left = int.MaxValue;
    private Func<Exception>? _failure;

    public bool HasFailed { get; private set; }

    /// <summary>Called once, before the next append.</summary>
    public Func<Task>? BeforeFirstAppend { get; set; }

    public void FailAfter(int operations, Func<Exception>? failure)
    {
        _left = operations;
        _failure = failure;
    }

    public override async ValueTask<RecordId> AppendAsync(string topic, RecordBatch batch, AppendOptions options = default, CancellationToken cancellationToken = default)
    {
        if (BeforeFirstAppend is { } before)
        {
            BeforeFirstAppend = null;
            await before();
        }

        Count();
        return await Inner.AppendAsync(topic, batch, options, cancellationToken);
    }

    public override ValueTask SyncAsync(string topic, CancellationToken cancellationToken = default)
    {
        Count();
        return Inner.SyncAsync(topic, cancellationToken);
    }

    private void Count()
    {
        if (_left-- > 0 || _failure is null) return;
        HasFailed = true;
        throw _failure();
    }
}
