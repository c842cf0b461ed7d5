using System.Text;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Pipeline;
using Weir.Feed;

namespace Weir.Server.Events;

/// <summary>Reads events from the feed, forwards. Not thread-safe.</summary>
public sealed class EventReader : IAsyncDisposable
{
    private readonly ITopicCursor _cursor;

    /// <summary>Begins behind a place.</summary>
    public EventReader(IFeedEngine feed, RecordId after)
    {
        ArgumentNullException.ThrowIfNull(feed);
        _cursor = feed.OpenCursor(EventMakerOptions.Topic, after);
    }

    /// <summary>Whether events are missing that should be there.</summary>
    public bool HasGaps { get; private set; }

    /// <summary>Up to where it has read.</summary>
    public RecordId Position => _cursor.Position;

    /// <summary>Hands out the wanted events of the next page; false when there is none now.</summary>
    public async ValueTask<bool> ReadAsync(EventFilter filter, Action<StorageEvent> take, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentNullException.ThrowIfNull(take);
        RecordPage page = await _cursor.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (page.IsEmpty) return false;
        HasGaps |= page.Gap is not null;
        byte[]? passed = null;
        foreach (RecordView record in page)
        {
            // Most records of a query are of a type that is not wanted, often the same as before.
            if (passed is not null && record.Type.SequenceEqual(passed)) continue;
            if (!filter.MayMatchType(Encoding.UTF8.GetString(record.Type)))
            {
                passed = record.Type.ToArray();
                continue;
            }

            if (StorageEventReader.TryRead(record.Data.ToArray(), out StorageEvent? one, out _) && filter.Matches(one)) take(one);
        }

        return true;
    }

    public ValueTask DisposeAsync() => _cursor.DisposeAsync();
}
