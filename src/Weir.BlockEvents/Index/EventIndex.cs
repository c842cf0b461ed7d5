using Weir.BlockEvents.Events;
using Weir.BlockEvents.Pipeline;
using Weir.Feed;

namespace Weir.BlockEvents.Index;

/// <summary>What the index says of <c>block:events</c>, as far as it goes and agrees with the topic.</summary>
internal sealed class EventIndex
{
    private readonly IReadOnlyList<IndexBlock> _blocks;

    private EventIndex(IReadOnlyList<IndexBlock> blocks) => _blocks = blocks;

    /// <summary>It covers every record above this id …</summary>
    public RecordId After => _blocks[0].After;

    /// <summary>… up to this one.</summary>
    public RecordId Last => _blocks[^1].Last;

    /// <summary>Reads the index of what lies above an id; null when there is none, or it does not agree with the topic: then the topic has to be read.</summary>
    public static async ValueTask<EventIndex?> LoadAsync(IFeedEngine feed, RecordId after, CancellationToken cancellationToken)
    {
        var blocks = new List<IndexBlock>();
        foreach (FeedDocument document in await feed.Documents.ListAsync(EventIndexKeeper.Collection, cancellationToken).ConfigureAwait(false))
        {
            if (document.IsDamaged || IndexBlock.Read(document.Content) is not { } block || block.Last <= after) continue;
            // Behind a hole there is another index, and what lies before it is read.
            if (blocks.Count > 0 && blocks[^1].Last != block.After) blocks.Clear();
            blocks.Add(block);
        }

        if (blocks.Count == 0) return null;
        var index = new EventIndex(blocks);
        return await index.IsTrueAsync(feed, cancellationToken).ConfigureAwait(false) ? index : null;
    }

    /// <summary>The records above an id that a filter may want, in order, each with how many records the index has before it; null when the index is damaged.</summary>
    public List<(RecordId Id, long Ordinal)>? Find(EventFilter filter, RecordId after)
    {
        uint[]? devices = filter.Devices.Count == 0 ? null : [.. filter.Devices.Select(DeviceTerms.Of)];
        var found = new List<(RecordId, long)>();
        long ordinal = 0;
        foreach (IndexBlock block in _blocks)
        {
            if (!block.TryFind(filter, devices, after, ordinal, found)) return null;
            ordinal += block.Count;
        }

        return found;
    }

    /// <summary>Whether the topic has as many records there as the index says: not where some were lost, or the topic is another one.</summary>
    private async ValueTask<bool> IsTrueAsync(IFeedEngine feed, CancellationToken cancellationToken)
    {
        TopicBacklog all = await feed.MeasureAsync(EventMakerOptions.Topic, After, cancellationToken).ConfigureAwait(false);
        TopicBacklog behind = await feed.MeasureAsync(EventMakerOptions.Topic, Last, cancellationToken).ConfigureAwait(false);
        if (!all.IsExact || !behind.IsExact || all.FirstId == RecordId.Zero) return false;
        long count = 0;
        foreach (IndexBlock block in _blocks)
        {
            if (block.After >= all.FirstId)
            {
                count += block.Count;
                continue;
            }

            // What was trimmed is no longer there to be counted.
            var left = new List<(RecordId, long)>();
            if (!block.TryFind(EventFilter.All, null, all.FirstId.Previous(), 0, left)) return false;
            count += left.Count;
        }

        return all.Records - behind.Records == count;
    }
}
