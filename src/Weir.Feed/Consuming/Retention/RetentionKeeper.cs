namespace Weir.Feed.Consuming;

/// <summary>
/// The one place that decides what goes: aborts consumers that are past a limit, and trims topics to what their slowest active consumer
/// needs or their own retention keeps, whichever keeps more. One process should run it for a feed; two do no harm. Not thread-safe.
/// </summary>
public sealed class RetentionKeeper
{
    private readonly ConsumerRegistry _registry;
    private readonly RetentionOptions _options;
    private readonly IFeedEngine _feed;
    private DateTimeOffset? _aboveSince;

    public RetentionKeeper(ConsumerRegistry registry, RetentionOptions options)
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentNullException.ThrowIfNull(options);
        _registry = registry;
        _options = options;
        _feed = registry.Feed;
    }

    /// <summary>Looks at everything once.</summary>
    /// <exception cref="FeedException">The feed cannot be read or written; what was done stays done, and the next round goes on.</exception>
    public async ValueTask<RetentionReport> RunOnceAsync(CancellationToken cancellationToken = default)
    {
        await _registry.Events.TellWaitingAsync(cancellationToken);
        await _registry.FinishLeavingAsync(cancellationToken);
        var aborted = new List<ConsumerInfo>();
        var trimmed = new List<TopicTrim>();
        List<ConsumerBacklog> backlogs = await AbortOverdueAsync(aborted, cancellationToken);
        await TrimAsync(honoursRetention: true, trimmed, cancellationToken);
        long bytes = await FeedBytesAsync(cancellationToken);
        if (!IsAbove(bytes))
        {
            _aboveSince = null;
            return new(aborted, trimmed, bytes, IsAboveMark: false);
        }

        await TrimAsync(honoursRetention: false, trimmed, cancellationToken);
        bytes = await FeedBytesAsync(cancellationToken);
        _aboveSince ??= _registry.Time.GetUtcNow();
        if (_registry.Time.GetUtcNow() - _aboveSince >= _options.Patience) bytes = await AbortLargestAsync(backlogs, bytes, aborted, trimmed, cancellationToken);
        bool isAbove = IsAbove(bytes);
        if (!isAbove) _aboveSince = null;
        else ConsumingLog.AboveMark(_options.Logger, _feed.Address, bytes);
        return new(aborted, trimmed, bytes, isAbove);
    }

    /// <summary>Runs rounds until cancelled. A feed that is away is tried again at the next round.</summary>
    public async Task RunAsync(Action<RetentionReport>? report, CancellationToken cancellationToken)
    {
        bool isAway = false;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                RetentionReport done = await RunOnceAsync(cancellationToken);
                isAway = false;
                report?.Invoke(done);
            }
            catch (FeedException failed)
            {
                if (!isAway) ConsumingLog.RoundFailed(_options.Logger, _feed.Address, failed.Message);
                isAway = true;
            }

            await Task.Delay(_options.Interval, _registry.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async ValueTask<List<ConsumerBacklog>> AbortOverdueAsync(List<ConsumerInfo> aborted, CancellationToken cancellationToken)
    {
        var kept = new List<ConsumerBacklog>();
        foreach (ConsumerInfo consumer in await _registry.ListAsync(cancellationToken))
        {
            if (consumer.State != ConsumerState.Active) continue;
            ConsumerBacklog backlog = await _registry.MeasureAsync(consumer, cancellationToken);
            if (Overdue(backlog) is not { } reason) kept.Add(backlog);
            else if (await _registry.AbortAsync(backlog, reason, cancellationToken) is { } over) aborted.Add(over);
        }

        return kept;
    }

    /// <summary>Which limit the consumer is past, in words; null when none.</summary>
    private static string? Overdue(ConsumerBacklog backlog)
    {
        ConsumerLimits limits = backlog.Consumer.Registration.Limits;
        if (backlog.Records == 0) return null;
        if (limits.AbortRecords > 0 && backlog.Records > limits.AbortRecords)
            return $"{backlog.Records} records were not acknowledged, and abort_records is {limits.AbortRecords}";
        if (limits.AbortBytes > 0 && backlog.SizeBytes > limits.AbortBytes)
            return $"{backlog.SizeBytes} bytes were not acknowledged, and abort_bytes is {limits.AbortBytes}";
        if (limits.AbortTimeout == Timeout.InfiniteTimeSpan) return null;

        // Who had nothing to read was not silent: the time runs from when there was something.
        TimeSpan silent = backlog.At - backlog.Consumer.SeenAt;
        if (backlog.Age < silent) silent = backlog.Age;
        return silent > limits.AbortTimeout ? $"it was not seen for {silent.TotalSeconds:0} s, and abort_timeout is {limits.AbortTimeout.TotalSeconds:0} s" : null;
    }

    private async ValueTask<long> AbortLargestAsync(
        List<ConsumerBacklog> backlogs, long bytes, List<ConsumerInfo> aborted, List<TopicTrim> trimmed, CancellationToken cancellationToken)
    {
        foreach (ConsumerBacklog backlog in backlogs.Where(backlog => backlog.SizeBytes > 0 && HoldsTrimmable(backlog)).OrderByDescending(static backlog => backlog.SizeBytes))
        {
            string reason = $"the feed takes {bytes} bytes and is past its high-water mark or the disk's floor, and this consumer held the most ({backlog.SizeBytes} bytes)";
            if (await _registry.AbortAsync(backlog, reason, cancellationToken) is not { } over) continue;
            aborted.Add(over);
            await TrimAsync(honoursRetention: false, trimmed, cancellationToken);
            bytes = await FeedBytesAsync(cancellationToken);
            if (!IsAbove(bytes)) break;
        }

        return bytes;
    }

    /// <summary>Whether anything would be trimmed if the consumer were not.</summary>
    private bool HoldsTrimmable(ConsumerBacklog backlog) => backlog.Topics.Any(topic => topic.Behind.Records > 0 && RetentionOf(topic.Topic) is not null);

    private async ValueTask TrimAsync(bool honoursRetention, List<TopicTrim> trimmed, CancellationToken cancellationToken)
    {
        if (_options.Topics.Count == 0) return;
        IReadOnlyList<string> topics = await _feed.ListTopicsAsync("", cancellationToken);
        foreach (string topic in topics)
        {
            if (RetentionOf(topic) is not { } retention) continue;
            if (await TrimAsync(topic, honoursRetention ? retention : null, cancellationToken) is { } trim) trimmed.Add(trim);
        }
    }

    private async ValueTask<TopicTrim?> TrimAsync(string topic, TopicRetention? retention, CancellationToken cancellationToken)
    {
        TopicBacklog all = await _feed.MeasureAsync(topic, RecordId.Zero, cancellationToken);
        if (all.Records == 0) return null;
        RecordId below = all.LastId.Next();
        string reason = "nobody needs it any more";
        if (retention is not null && await RetentionEnd.FindAsync(_feed, all, retention, _registry.Time.GetUtcNow(), cancellationToken) is var end && end < below)
        {
            below = end;
            reason = "the topic's retention";
        }

        // Who is registered is looked at for each topic anew: one who came meanwhile has its positions before it is told so.
        TopicHolders holders = await TopicHolders.ReadAsync(_feed, cancellationToken);
        RecordId needed = await holders.NeededFromAsync(topic, cancellationToken);
        if (needed < below)
        {
            below = needed;
            reason = "a consumer needs the rest";
        }

        if (below <= all.FirstId) return null;
        TopicBacklog left = await _feed.MeasureAsync(topic, below.Previous(), cancellationToken);
        await _feed.TrimAsync(topic, below, cancellationToken);
        var trim = new TopicTrim(topic, all.FirstId, below, Math.Max(0, all.Records - left.Records), reason);
        FeedMetrics.Trimmed(trim.Records);
        if (topic != FeedEvents.Topic) await _registry.Events.TrimmedAsync(topic, trim.From, trim.Below, trim.Records, reason, cancellationToken);
        ConsumingLog.Trimmed(_options.Logger, topic, trim.Records, below, reason);
        return trim;
    }

    private TopicRetention? RetentionOf(string topic) => _options.Untouched.Contains(topic) ? null : _options.Topics.FirstOrDefault(retention => retention.Topics.Matches(topic));

    private bool IsAbove(long bytes) =>
        (_options.HighWaterBytes > 0 && bytes > _options.HighWaterBytes) || (_options.MinFreeBytes > 0 && _options.FreeBytes is { } free && free() < _options.MinFreeBytes);

    private async ValueTask<long> FeedBytesAsync(CancellationToken cancellationToken)
    {
        if (_options.HighWaterBytes == 0 && _options.MinFreeBytes == 0) return 0;
        long bytes = 0;
        foreach (string topic in await _feed.ListTopicsAsync("", cancellationToken)) bytes += (await _feed.DescribeAsync(topic, cancellationToken))?.SizeBytes ?? 0;
        return bytes;
    }
}
