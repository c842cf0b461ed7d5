using Weir.Feed;

namespace Weir.Lab.Feeds;

/// <summary>Calls an engine and books in a <see cref="FeedLedger"/> what it was told and what it answered.</summary>
/// <remarks>A <see cref="FeedException"/> is an answer: it is booked and returned. Anything else an engine throws is its defect and is passed on.</remarks>
public sealed class LedgerWriter(FeedLedger ledger, IFeedEngine engine)
{
    /// <summary>Appends records whose data is unique.</summary>
    /// <returns>The append as booked, and why it failed; null when it did not.</returns>
    public async Task<(LedgerAppend Append, FeedException? Failure)> AppendAsync(
        string topic, int records, int dataBytes = 60, IReadOnlyList<RecordId>? ownIds = null, AppendOptions options = default,
        CancellationToken cancellationToken = default)
    {
        LedgerAppend append = ledger.Begin(this, topic, records, dataBytes, ownIds);
        try
        {
            RecordId last = await engine.AppendAsync(topic, append.Batch, options, cancellationToken);
            ledger.End(append, options.Durability == AppendDurability.Durable ? LedgerState.Durable : LedgerState.Buffered, last);
            return (append, null);
        }
        catch (FeedException failure)
        {
            bool isRefused = failure is FeedFullException or IdNotAboveLastException or LastIdMismatchException or TopicLockedException;
            ledger.End(append, isRefused ? LedgerState.Refused : LedgerState.Unknown, null);
            if (failure is TopicPoisonedException) ledger.ProcessDied(this, topic);
            return (append, failure);
        }
    }

    public Task<FeedException?> SyncAsync(string topic, CancellationToken cancellationToken = default)
    {
        long begunAt = ledger.Now();
        return AnswerAsync(
            engine.SyncAsync(topic, cancellationToken),
            () => ledger.Synced(this, topic, begunAt),
            failure =>
            {
                if (failure is TopicPoisonedException) ledger.ProcessDied(this, topic);
            });
    }

    public Task<FeedException?> TrimAsync(string topic, RecordId below, CancellationToken cancellationToken = default)
    {
        LedgerTrim trim = ledger.Trimming(topic, below);
        return AnswerAsync(engine.TrimAsync(topic, below, cancellationToken), () => ledger.Trimmed(trim));
    }

    public Task<FeedException?> WritePositionAsync(string topic, string consumer, RecordId? position, CancellationToken cancellationToken = default)
    {
        ledger.Positioning(topic, consumer, position);
        return AnswerAsync(
            engine.WritePositionAsync(topic, consumer, position, cancellationToken), () => ledger.Positioned(topic, consumer, position));
    }

    /// <summary>Closes the engine in order, which makes everything buffered durable.</summary>
    public Task<FeedException?> CloseAsync()
    {
        long begunAt = ledger.Now();
        return AnswerAsync(
            engine.DisposeAsync(),
            () =>
            {
                foreach (string topic in ledger.Topics) ledger.Synced(this, topic, begunAt);
            },
            _ =>
            {
                foreach (string topic in ledger.Topics) ledger.ProcessDied(this, topic);
            });
    }

    private static async Task<FeedException?> AnswerAsync(ValueTask call, Action done, Action<FeedException>? failed = null)
    {
        try
        {
            await call;
            done();
            return null;
        }
        catch (FeedException failure)
        {
            failed?.Invoke(failure);
            return failure;
        }
    }
}
