using Weir.BlockEvents.Events;
using Weir.BlockEvents.Pipeline;
using Weir.Feed;

namespace Weir.BlockEvents.Index;

/// <summary>Reads the records that an index has found, leaping over what lies between where that is much. Not thread-safe.</summary>
internal sealed class EventFetch(IFeedEngine feed, EventFilter filter, Action<StorageEvent> take)
{
    private const int SmallPageBytes = 16 * 1024;
    private const int LargePageBytes = 1024 * 1024;

    /// <summary>So many records before the next wanted one are read over rather than leapt: a leap costs as much.</summary>
    private const int Near = 256;

    /// <summary>So many wanted records near to one another are read by large pages.</summary>
    private const int Dense = 16;

    private bool _hasGaps;
    private long _read;

    /// <summary>Hands out those that the filter wants.</summary>
    /// <returns>How many records were looked at, and whether some are missing.</returns>
    /// <exception cref="FeedException">The feed cannot be read.</exception>
    public async Task<(long Read, bool HasGaps)> RunAsync(IReadOnlyList<(RecordId Id, long Ordinal)> wanted, CancellationToken cancellationToken)
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
                    _hasGaps |= page.Gap is not null || page.IsEmpty;
                    if (page.IsEmpty) return (_read, _hasGaps);
                    Fetch(page, wanted, ref next);
                    at += page.Count;
                }
                while (next < wanted.Count && wanted[next].Ordinal - at < Near);
            }
        }

        return (_read, _hasGaps);
    }

    private void Fetch(RecordPage page, IReadOnlyList<(RecordId Id, long Ordinal)> wanted, ref int next)
    {
        foreach (RecordView record in page)
        {
            RecordId id = record.Id;
            // The index has seen it, and it is no longer there.
            for (; next < wanted.Count && wanted[next].Id < id; next++) _hasGaps = true;
            if (next == wanted.Count) return;
            if (wanted[next].Id != id) continue;
            next++;
            _read++;
            if (StorageEventReader.TryRead(record.Data.ToArray(), out StorageEvent? one, out _) && filter.Matches(one)) take(one);
        }
    }
}
