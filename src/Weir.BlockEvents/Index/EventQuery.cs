using System.Text;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Pipeline;
using Weir.Feed;

namespace Weir.BlockEvents.Index;

/// <summary>
/// Finds events that happened. Where there is an index, only what it names is read, and what came since the index was written; without one all events are.
/// Not thread-safe.
/// </summary>
/// <param name="feed">The feed.</param>
/// <param name="filter">Which events.</param>
/// <param name="after">Only events above this id.</param>
public sealed class EventQuery(IFeedEngine feed, EventFilter filter, RecordId after)
{
    private const int PageBytes = 1024 * 1024;
    private const int MostReaders = 8;

    /// <summary>Fewer events than these are gathered before the first is handed out.</summary>
    private const int MostKept = 20_000;

    /// <summary>One wanted record in so many is reason to read all in a row, by one reader.</summary>
    private const int Dense = 16;

    private RecordId _position = after;

    /// <summary>Whether events are missing that should be there.</summary>
    public bool HasGaps { get; private set; }

    /// <summary>Records whose content was looked at.</summary>
    public long ReadCount { get; private set; }

    /// <summary>Hands out the events, oldest first.</summary>
    /// <exception cref="FeedException">The feed cannot be read.</exception>
    public async Task RunAsync(Action<StorageEvent> take, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(take);
        EventIndex? index = await EventIndex.LoadAsync(feed, _position, cancellationToken).ConfigureAwait(false);
        if (index is not null)
        {
            if (index.After > _position) await ScanAsync(index.After, take, cancellationToken).ConfigureAwait(false);
            if (index.Find(filter, _position) is { } wanted)
            {
                await FetchAsync(wanted, take, cancellationToken).ConfigureAwait(false);
                _position = index.Last;
            }
        }

        await ScanAsync(RecordId.Max, take, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads all records from where it is up to an id.</summary>
    private async ValueTask ScanAsync(RecordId last, Action<StorageEvent> take, CancellationToken cancellationToken)
    {
        ITopicCursor cursor = feed.OpenCursor(EventMakerOptions.Topic, _position, new() { PageBytes = PageBytes });
        await using (cursor.ConfigureAwait(false))
        {
            while (_position < last)
            {
                RecordPage page = await cursor.ReadAsync(cancellationToken).ConfigureAwait(false);
                if (page.IsEmpty) return;
                HasGaps |= page.Gap is not null;
                Scan(page, last, take);
                _position = cursor.Position < last ? cursor.Position : last;
            }
        }
    }

    private void Scan(RecordPage page, RecordId last, Action<StorageEvent> take)
    {
        byte[]? passed = null;
        foreach (RecordView record in page)
        {
            if (record.Id > last) return;
            // Most records of a query are of a type that is not wanted, often the same as before.
            if (passed is not null && record.Type.SequenceEqual(passed)) continue;
            if (filter.MayMatchType(Encoding.UTF8.GetString(record.Type))) Look(record, take);
            else passed = record.Type.ToArray();
        }
    }

    /// <summary>Reads the records of these ids; few that are far apart by several readers at once, since each waits for the disk by itself.</summary>
    private async ValueTask FetchAsync(List<(RecordId Id, long Ordinal)> wanted, Action<StorageEvent> take, CancellationToken cancellationToken)
    {
        int readers = Math.Min(Math.Min(Environment.ProcessorCount, MostReaders), wanted.Count / Dense);
        bool isFew = wanted.Count < MostKept && wanted.Count > 0 && wanted[^1].Ordinal - wanted[0].Ordinal > wanted.Count * (long)Dense;
        if (readers < 2 || !isFew)
        {
            Note(await new EventFetch(feed, filter, take).RunAsync(wanted, cancellationToken).ConfigureAwait(false));
            return;
        }

        int share = (wanted.Count + readers - 1) / readers;
        var found = new List<StorageEvent>[readers];
        Task<(long, bool)>[] parts = [.. Enumerable.Range(0, readers).Select(i => Task.Run(
            () => new EventFetch(feed, filter, (found[i] = []).Add).RunAsync(wanted.GetRange(i * share, Math.Min(share, wanted.Count - (i * share))), cancellationToken), cancellationToken))];
        foreach ((long, bool) part in await Task.WhenAll(parts).ConfigureAwait(false)) Note(part);
        foreach (StorageEvent one in found.SelectMany(part => part)) take(one);
    }

    private void Note((long Read, bool HasGaps) fetched)
    {
        ReadCount += fetched.Read;
        HasGaps |= fetched.HasGaps;
    }

    private void Look(RecordView record, Action<StorageEvent> take)
    {
        ReadCount++;
        if (StorageEventReader.TryRead(record.Data.ToArray(), out StorageEvent? one, out _) && filter.Matches(one)) take(one);
    }
}
