using Microsoft.Extensions.Logging;
using Weir.Feed;

namespace Weir.Health.Healing.Storing;

/// <summary>
/// Brings records of repairs to <see cref="HealthTopics.Events"/> in their order: what comes together while one batch is written goes with the
/// next, so that one flush of the disk serves all who wait. A feed that is down is tried again until it is back; nothing is given up.
/// </summary>
internal sealed class HealLog(IFeedEngine feed, Lock gate, TimeSpan patience, TimeProvider time, ILogger logger)
{
    /// <summary>Above this nothing new is taken in; what runs may still tell how it ended.</summary>
    private const int MaxPendingBytes = 32 << 20;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(200), MostDelay = TimeSpan.FromSeconds(5);

    private readonly WorkSignal _signal = new();
    private RecordBatch _pending = new(64 << 10);
    private RecordBatch _spare = new(64 << 10);
    private TaskCompletionSource _written = New();
    private Task _inFlight = Task.CompletedTask;
    private Task? _writtenSoon;
    private Task? _inFlightSoon;
    private bool _isFailing;

    /// <summary>Gets records, with the gate held; <see cref="Wake"/> follows.</summary>
    public RecordBatch Batch => _pending;

    /// <summary>Completes when everything that was put into a batch so far is durable. With the gate held.</summary>
    public Task Durable => _pending.Count > 0 ? _written.Task : _inFlight;

    /// <summary>The same, but fails with <see cref="TimeoutException"/> where the feed does not take it within a while; all who wait for a batch share this.</summary>
    public Task DurableSoon => _pending.Count > 0 ? _writtenSoon ??= _written.Task.WaitAsync(patience, time) : _inFlightSoon ?? _inFlight;

    /// <summary>Whether the last try to write failed.</summary>
    public bool IsFailing => Volatile.Read(ref _isFailing);

    /// <summary>Whether nothing new can be taken in. With the gate held.</summary>
    public bool IsFull => _pending.SizeBytes > MaxPendingBytes;

    /// <summary>How many records have become durable. With the gate held.</summary>
    public long Records { get; private set; }

    /// <summary>The last record that is durable.</summary>
    public RecordId LastId { get; set; }

    /// <summary>Says that there is something to be written.</summary>
    public void Wake() => _signal.Set();

    /// <summary>Writes until it is cancelled; then what is left, if the feed takes it at once.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await _signal.WaitAsync(Timeout.InfiniteTimeSpan, time, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            await WriteAsync(cancellationToken).ConfigureAwait(false);
        }

        await WriteAsync(cancellationToken).ConfigureAwait(false);
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        RecordBatch batch;
        TaskCompletionSource written;
        lock (gate)
        {
            if (_pending.Count == 0) return;
            (batch, _pending, written, _written) = (_pending, _spare, _written, New());
            (_inFlight, _inFlightSoon, _writtenSoon) = (written.Task, _writtenSoon, null);
        }

        TimeSpan delay = FirstDelay;
        while (true)
        {
            try
            {
                // Not cancelled: whether it was kept would not be known.
                RecordId last = await feed.AppendAsync(HealthTopics.Events, batch, default, CancellationToken.None).ConfigureAwait(false);
                if (IsFailing) HealthLog.HealFeedBack(logger, batch.Count);
                Volatile.Write(ref _isFailing, false);
                lock (gate)
                {
                    LastId = last;
                    Records += batch.Count;
                    batch.Clear();
                    _spare = batch;
                }

                written.SetResult();
                return;
            }
            catch (IOException error)
            {
                if (!IsFailing) HealthLog.HealFeedAway(logger, error.Message);
                Volatile.Write(ref _isFailing, true);
                try
                {
                    await Task.Delay(delay, time, cancellationToken).ConfigureAwait(false);
                }
                catch (OperationCanceledException)
                {
                    HealthLog.RecordsLost(logger, batch.Count, error.Message);
                    written.TrySetCanceled(cancellationToken);
                    return;
                }

                delay = delay * 2 < MostDelay ? delay * 2 : MostDelay;
            }
        }
    }
}
