namespace Weir.Feed.Consuming;

/// <summary>Finds below which record a topic's own retention lets go.</summary>
internal static class RetentionEnd
{
    /// <summary>A topic may have this part of its limit more than it: looking closer is not worth it.</summary>
    private const int Tolerance = 16;

    /// <summary>Everything below may go; <see cref="RecordId.Zero"/> when nothing may.</summary>
    public static async ValueTask<RecordId> FindAsync(IFeedEngine feed, TopicBacklog all, TopicRetention retention, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (retention is { MaxAge: null, MaxBytes: null, MaxRecords: null }) return RecordId.Max;
        RecordId end = RecordId.Zero;
        if (retention.MaxAge is { } age) end = RecordId.AtTime(now - age);
        if (retention.MaxBytes is { } bytes) end = Higher(end, await FindAsync(feed, all, static backlog => backlog.SizeBytes, bytes, cancellationToken));
        if (retention.MaxRecords is { } records) end = Higher(end, await FindAsync(feed, all, static backlog => backlog.Records, records, cancellationToken));
        return end;
    }

    /// <summary>The highest place behind which at least so much is left, to a part of it.</summary>
    private static async ValueTask<RecordId> FindAsync(IFeedEngine feed, TopicBacklog all, Func<TopicBacklog, long> amount, long limit, CancellationToken cancellationToken)
    {
        if (amount(all) <= limit) return RecordId.Zero;
        RecordId low = RecordId.Zero;
        long left = amount(all);

        // First to the millisecond, then, where very many records share one, within it.
        for (ulong from = all.FirstId.Milliseconds, to = all.LastId.Milliseconds + 1; from <= to && left > limit + limit / Tolerance;)
        {
            ulong middle = from + (to - from) / 2;
            if (await TryAsync(new(middle, 0))) from = middle + 1;
            else to = middle - 1;
        }

        for (ulong from = 0, to = ulong.MaxValue - 1; from <= to && low.Milliseconds > 0 && left > limit + limit / Tolerance;)
        {
            ulong middle = from + (to - from) / 2;
            if (await TryAsync(low with { Sequence = middle })) from = middle + 1;
            else if (middle == 0) break;
            else to = middle - 1;
        }

        return low;

        async ValueTask<bool> TryAsync(RecordId place)
        {
            long behind = amount(await feed.MeasureAsync(all.Topic, place.Previous(), cancellationToken));
            if (behind < limit) return false;
            low = place;
            left = behind;
            return true;
        }
    }

    private static RecordId Higher(RecordId a, RecordId b) => a > b ? a : b;
}
