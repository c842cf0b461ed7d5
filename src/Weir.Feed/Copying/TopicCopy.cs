namespace Weir.Feed.Copying;

/// <summary>What copying a topic came to.</summary>
/// <param name="Topic">Its name.</param>
/// <param name="Records">How many records were copied now; those of an earlier run are not counted.</param>
/// <param name="LastId">Up to where the target has the topic.</param>
/// <param name="Gaps">What could not be read from the source.</param>
public sealed record CopyReport(string Topic, long Records, RecordId LastId, IReadOnlyList<FeedGap> Gaps);

/// <summary>
/// Copies topics from one feed to another with their ids and consumers' positions, whatever engines they have. A copy that was
/// interrupted goes on behind the target's last record, so running it again until the source's writers have stopped moves a feed.
/// </summary>
public sealed class TopicCopy(IFeedEngine from, IFeedEngine to)
{
    private const int BatchBytes = 1024 * 1024;

    /// <summary>What was copied is made durable after so many bytes, so that a copy that is killed does not begin again.</summary>
    private const long SyncBytes = 32 * 1024 * 1024;

    private const int MaxRestarts = 5;

    /// <summary>More gaps than this in one topic are counted with the last one that is kept.</summary>
    private const int MaxGaps = 1000;

    /// <param name="topic">Which topic.</param>
    /// <param name="progress">Told the number of records copied so far, about once a batch.</param>
    /// <param name="cancellationToken">Ends the copying; what was copied stays.</param>
    /// <exception cref="FeedException">A feed cannot be read or written, or the target's topic is no copy of the source's.</exception>
    public async Task<CopyReport> CopyAsync(string topic, Action<long>? progress = null, CancellationToken cancellationToken = default)
    {
        TopicName.ThrowIfInvalid(topic);
        TopicInfo source = await from.DescribeAsync(topic, cancellationToken)
            ?? throw new FeedException($"There is no topic '{topic}' in {from.Address}.");
        long copied;
        RecordId last;
        var gaps = new List<FeedGap>();
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                gaps.Clear();
                (copied, last) = await CopyRestAsync(source, gaps, progress, cancellationToken);
                break;
            }
            catch (LastIdMismatchException) when (attempt < MaxRestarts)
            {
                // What a copy that was killed just now had on its way has arrived meanwhile: go on behind that.
            }
        }

        foreach (ConsumerPosition position in await from.ListPositionsAsync(topic, cancellationToken))
            await to.WritePositionAsync(topic, position.Consumer, position.Position, cancellationToken);
        return new(topic, copied, last, gaps);
    }

    private async Task<(long Copied, RecordId Last)> CopyRestAsync(TopicInfo source, List<FeedGap> gaps, Action<long>? progress, CancellationToken cancellationToken)
    {
        string topic = source.Topic;
        RecordId last = (await to.DescribeAsync(topic, cancellationToken))?.LastId ?? RecordId.Zero;
        await ThrowUnlessCopyAsync(source, last, cancellationToken);

        long copied = 0, unsynced = 0;
        var batch = new RecordBatch(BatchBytes + BatchBytes / 4);
        await using ITopicCursor cursor = from.OpenCursor(topic, last);
        while (await cursor.ReadAsync(cancellationToken) is { IsEmpty: false } page)
        {
            if (page.Gap is { } gap && gaps.Count < MaxGaps) gaps.Add(gap);
            foreach (RecordView record in page) batch.Add(record.Id, record.Type, record.Source, record.Subject, record.Data);
            if (batch.SizeBytes < BatchBytes) continue;
            last = await AppendAsync(topic, batch, last, cancellationToken);
            copied += batch.Count;
            unsynced += batch.SizeBytes;
            batch.Clear();
            if (unsynced >= SyncBytes)
            {
                await to.SyncAsync(topic, cancellationToken);
                unsynced = 0;
            }

            progress?.Invoke(copied);
        }

        if (batch.Count > 0) last = await AppendAsync(topic, batch, last, cancellationToken);
        copied += batch.Count;
        await to.SyncAsync(topic, cancellationToken);
        return (copied, last);
    }

    private ValueTask<RecordId> AppendAsync(string topic, RecordBatch batch, RecordId last, CancellationToken cancellationToken) =>
        to.AppendAsync(topic, batch, new(AppendDurability.Buffered, last), cancellationToken);

    /// <summary>Where the target ends there must be a record of the source, or one that the source has trimmed.</summary>
    private async Task ThrowUnlessCopyAsync(TopicInfo source, RecordId last, CancellationToken cancellationToken)
    {
        if (last == RecordId.Zero || last == source.LastId || (last < source.FirstId && last < source.LastId)) return;
        await using ITopicCursor cursor = from.OpenCursor(source.Topic, last.Previous(), new CursorOptions { PageBytes = 1 });
        foreach (RecordView record in await cursor.ReadAsync(cancellationToken))
        {
            if (record.Id == last) return;
        }

        throw new FeedException(
            $"Topic '{source.Topic}' in {to.Address} ends at {last}, which is no record of the topic in {from.Address}: it is no copy of it. Delete it, or copy to another feed.");
    }
}
