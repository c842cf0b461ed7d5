namespace Weir.Feed.Consuming;

/// <content>How consumers end.</content>
public sealed partial class ConsumerRegistry
{
    /// <summary>
    /// Forgets a consumer; what only it needed may be trimmed. Positions under a name that nobody has registered are forgotten too. False
    /// when there was nothing.
    /// </summary>
    public async ValueTask<bool> UnregisterAsync(string name, CancellationToken cancellationToken = default)
    {
        TopicName.ThrowIfInvalid(name, "consumer");
        for (int i = 0; i < MaxTries; i++)
        {
            if (await Feed.Documents.ReadAsync(ConsumerDocument.Collection, name, cancellationToken) is not { } document)
            {
                // Who unregistered it may have been killed before that was durable.
                await Feed.Documents.TryDeleteAsync(ConsumerDocument.Collection, new(name, ReadOnlyMemory<byte>.Empty), cancellationToken);
                return await RemovePositionsAsync(name, cancellationToken);
            }

            ConsumerInfo consumer = ConsumerDocument.Read(document, out DocumentPhase phase);

            // First it is said that it leaves, so that its positions are not left behind by who is killed here: the keeper finishes.
            var leaving = new FeedDocument(name, ConsumerDocument.Write(consumer, DocumentPhase.Leaving));
            if (!await Feed.Documents.TryWriteAsync(ConsumerDocument.Collection, name, leaving.Content, document, cancellationToken)) continue;
            if (_open.TryRemove(name, out ConsumerReader? reader)) reader.Fence(new ConsumerTakenOverException(name, null));
            await FinishLeavingAsync(leaving, cancellationToken);
            if (phase != DocumentPhase.Registered) return phase == DocumentPhase.Registering;
            await Events.UnregisteredAsync(name, cancellationToken);
            return true;
        }

        throw Contended(name);
    }

    /// <summary>Takes away what consumers left that were being unregistered when their process ended.</summary>
    internal async ValueTask FinishLeavingAsync(CancellationToken cancellationToken)
    {
        foreach (FeedDocument document in await Feed.Documents.ListAsync(ConsumerDocument.Collection, cancellationToken))
        {
            _ = ConsumerDocument.Read(document, out DocumentPhase phase);
            if (phase == DocumentPhase.Leaving) await FinishLeavingAsync(document, cancellationToken);
        }
    }

    /// <summary>
    /// Aborts a consumer that is as far behind as this says. Null when it has changed meanwhile: then it is alive, or gone.
    /// </summary>
    internal async ValueTask<ConsumerInfo?> AbortAsync(ConsumerBacklog backlog, string reason, CancellationToken cancellationToken)
    {
        ConsumerInfo consumer = backlog.Consumer;
        ConsumerLoss[] losses = [.. backlog.Topics.Where(static topic => topic.Behind.Records > 0)
            .Select(static topic => new ConsumerLoss(topic.Topic, topic.Behind.FirstId, topic.Behind.LastId, topic.Behind.Records))];
        ConsumerInfo aborted = consumer with { State = ConsumerState.Aborted, Abort = new(reason, Time.GetUtcNow(), losses) };
        byte[] content = ConsumerDocument.Write(aborted, DocumentPhase.Registered);
        if (!await Feed.Documents.TryWriteAsync(ConsumerDocument.Collection, consumer.Name, content, consumer.Document, cancellationToken)) return null;
        if (_open.TryRemove(consumer.Name, out ConsumerReader? reader)) reader.Fence(new ConsumerAbortedException(aborted));
        ConsumingLog.Aborted(_options.Logger, consumer.Name, reason);
        FeedMetrics.ConsumerAborted();
        await Events.AbortedAsync(aborted, cancellationToken);
        await RemovePositionsAsync(consumer.Name, cancellationToken);
        return aborted;
    }

    private async ValueTask FinishLeavingAsync(FeedDocument document, CancellationToken cancellationToken)
    {
        await RemovePositionsAsync(document.Name, cancellationToken);
        if (await Feed.Documents.TryDeleteAsync(ConsumerDocument.Collection, document, cancellationToken)) _known = -1;
    }

    private async ValueTask<bool> RemovePositionsAsync(string name, CancellationToken cancellationToken)
    {
        bool hasAny = false;
        foreach (string topic in await Feed.ListTopicsAsync("", cancellationToken))
        {
            if (await Feed.ReadPositionAsync(topic, name, cancellationToken) is null) continue;
            await Feed.WritePositionAsync(topic, name, null, cancellationToken);
            hasAny = true;
        }

        return hasAny;
    }
}
