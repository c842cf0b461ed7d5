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
            if (document.IsDamaged || IndexBlock.Read(document.Content.Span) is not { } block || block.Last <= after) continue;
            // Behind a hole there is another index; of two the one that goes on for longer counts, which is nearly always all.
            if (blocks.Count > 0 && blocks[^1].Last != block.After) blocks.Clear();
            blocks.Add(block);
        }

        if (blocks.Count == 0) return null;
        var index = new EventIndex(blocks);
        return await index.IsTrueAsync(feed, cancellationToken).ConfigureAwait(false) ? index : null;
    }

    /// <summary>The records above an id that a filter may want, in order, each with how many records the index has before it.</summary>
    public List<(RecordId Id, long Ordinal)> Find(EventFilter filter, RecordId after)
    {
        var devices = new HashSet<uint>(filter.Devices.Select(DeviceTerms.Of));
        var found = new List<(RecordId, long)>();
        long ordinal = 0;
        foreach (IndexBlock block in _blocks)
        {
            var isWanted = new bool[block.Profiles.Count + 1];
            isWanted[IndexBlock.NoProfile] = true;
            for (int i = 0; i < block.Profiles.Count; i++) isWanted[i + 1] = block.Profiles[i].MayMatch(filter, devices);
            foreach ((RecordId id, int profile) in block.Entries)
            {
                if (isWanted[profile] && id > after) found.Add((id, ordinal));
                ordinal++;
            }
        }

        return found;
    }

    /// <summary>Whether the topic has as many records there as the index says: not where some were lost, or the topic is another one.</summary>
    private async ValueTask<bool> IsTrueAsync(IFeedEngine feed, CancellationToken cancellationToken)
    {
        TopicBacklog all = await feed.MeasureAsync(EventMakerOptions.Topic, After, cancellationToken).ConfigureAwait(false);
        TopicBacklog behind = await feed.MeasureAsync(EventMakerOptions.Topic, Last, cancellationToken).ConfigureAwait(false);
        if (!all.IsExact || !behind.IsExact) return false;
        long count = 0;
        foreach (IndexBlock block in _blocks)
        {
            // What was trimmed is no longer there to be counted.
            count += block.After >= all.FirstId ? block.Entries.Count : block.Entries.Count(entry => entry.Id >= all.FirstId);
        }

        return all.FirstId != RecordId.Zero && all.Records - behind.Records == count;
    }
}
