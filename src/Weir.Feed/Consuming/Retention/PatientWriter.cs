using Microsoft.Extensions.Logging;

namespace Weir.Feed.Consuming;

/// <summary>How long a source waits for room.</summary>
public sealed record PatientWriterOptions
{
    public TimeProvider Time { get; init; } = TimeProvider.System;

    public ILogger? Logger { get; init; }

    /// <summary>Longer than this an append does not wait for room; <see cref="Timeout.InfiniteTimeSpan"/> for sources that can wait for ever.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>From one try to the next.</summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(1);
}

/// <summary>
/// Appends for a source that meets a full feed: first it waits, which holds the source back; when its patience is over the records are
/// given up, and once there is room again a GAP on <see cref="FeedEvents.Topic"/> says which are missing, before anything else is appended. Nothing is
/// lost in silence. Not thread-safe.
/// </summary>
public sealed class PatientWriter(IFeedEngine feed, FeedEvents events, string topic, string source, PatientWriterOptions? options = null)
{
    private readonly PatientWriterOptions _options = options ?? new();
    private readonly RecordBatch _nothing = new();
    private RecordId _last;
    private long _givenUp;
    private DateTimeOffset _givenUpFrom;
    private DateTimeOffset _givenUpTo;

    /// <summary>Records given up that no GAP has told of yet.</summary>
    public long GivenUp => _givenUp;

    /// <summary>The id of the batch's last record; null when it was given up.</summary>
    /// <exception cref="FeedException">It cannot be appended for another reason than want of room.</exception>
    public async ValueTask<RecordId?> AppendAsync(RecordBatch batch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        long started = _options.Time.GetTimestamp();
        while (true)
        {
            try
            {
                await TellGapAsync(cancellationToken);
                RecordId last = await feed.AppendAsync(topic, batch, default, cancellationToken);
                _last = last;
                return last;
            }
            catch (FeedFullException)
            {
                // Who has waited in vain once does not hold the source back as long again.
                if (_givenUp > 0 || (_options.Patience != Timeout.InfiniteTimeSpan && _options.Time.GetElapsedTime(started) >= _options.Patience))
                {
                    GiveUp(batch.Count);
                    return null;
                }
            }

            await Task.Delay(_options.RetryInterval, _options.Time, cancellationToken);
        }
    }

    private void GiveUp(int records)
    {
        DateTimeOffset now = _options.Time.GetUtcNow();
        if (_givenUp == 0)
        {
            _givenUpFrom = now;
            if (_options.Logger is { } logger) ConsumingLog.GivenUp(logger, topic, records, source);
        }

        _givenUp += records;
        _givenUpTo = now;
    }

    /// <summary>Says what is missing, when there is room to append after it.</summary>
    private async ValueTask TellGapAsync(CancellationToken cancellationToken)
    {
        if (_givenUp == 0) return;

        // Otherwise each batch that is given up would be told by a record of its own.
        await feed.AppendAsync(topic, _nothing, default, cancellationToken);
        await events.AppendGapAsync(topic, source, _last, _givenUp, _givenUpFrom, _givenUpTo, "there was no room in the feed", cancellationToken);
        _givenUp = 0;
    }
}
