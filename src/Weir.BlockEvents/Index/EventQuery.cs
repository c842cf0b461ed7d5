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
    private const int SmallPageBytes = 16 * 1024;
    private const int LargePageBytes = 1024 * 1024;

    /// <summary>So many records before the next wanted one are read over rather than leapt: a leap costs as much.</summary>
    private const int Near = 256;

    /// <summary>So many wanted records near to one another are read by large pages.</summary>
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
            List<(RecordId Id, long Ordinal)> wanted = index.Find(filter, _position);
            await FetchAsync(wanted, take, cancellationToken).ConfigureAwait(false);
            _position = index.Last;
        }

        await ScanAsync(RecordId.Max, take, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads all records from where it is up to an id.</summary>
    private async ValueTask ScanAsync(RecordId last, Action<StorageEvent> take, CancellationToken cancellationToken)
    {
        ITopicCursor cursor = feed.OpenCursor(EventMakerOptions.Topic, _position, new() { PageBytes = LargePageBytes });
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

    /// <summary>Reads the records of these ids, leaping over what lies between where that is much.</summary>
    private async ValueTask FetchAsync(List<(RecordId Id, long Ordinal)> wanted, Action<StorageEvent> take, CancellationToken cancellationToken)
    {
        int next = 0;
        while (next < wanted.Count)
        {
            long at = wanted[next].Ordinal;
            bool isDense = next + Dense < wanted.Count && wanted[next + Dense].Ordinal - at < Dense * Near;
            ITopicCursor cursor = feed.OpenCursor(EventMakerOptions.Topic, wanted[next].Id.Previous(), new() { PageBytes = isDense ? LargePageBytes : SmallPageBytes });
            await using (cursor.ConfigureAwait(false))
            {
                do
                {
                    RecordPage page = await cursor.ReadAsync(cancellationToken).ConfigureAwait(false);
                    HasGaps |= page.Gap is not null || page.IsEmpty;
                    if (page.IsEmpty) return;
                    Fetch(page, wanted, ref next, take);
                    at += page.Count;
                }
                while (next < wanted.Count && wanted[next].Ordinal - at < Near);
            }
        }
    }

    private void Fetch(RecordPage page, List<(RecordId Id, long Ordinal)> wanted, ref int next, Action<StorageEvent> take)
    {
        foreach (RecordView record in page)
        {
            RecordId id = record.Id;
            for (; next < wanted.Count && wanted[next].Id < id; next++) HasGaps = true; // The index has seen it, and it is no longer there.
            if (next == wanted.Count) return;
            if (wanted[next].Id != id) continue;
            Look(record, take);
            next++;
        }
    }

    private void Look(RecordView record, Action<StorageEvent> take)
    {
        ReadCount++;
        if (StorageEventReader.TryRead(record.Data.ToArray(), out StorageEvent? one, out _) && filter.Matches(one)) take(one);
    }
}
