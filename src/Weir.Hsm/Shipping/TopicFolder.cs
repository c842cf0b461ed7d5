using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Weir.Feed;
using Weir.Hsm.Events;
using Weir.Hsm.Live;

namespace Weir.Hsm.Shipping;

/// <summary>Brings the live actions in step with their topic, whoever wrote to it: this shipper before it crashed, another one, or nobody.</summary>
internal sealed class TopicFolder(IFeedEngine engine, ShipState state, ILogger logger)
{
    private readonly HsmEventReader _reader = new();

    /// <summary>
    /// Reads what the topic tells beyond what is known. Where it no longer holds what made an action known (it was emptied, or trimmed too
    /// far), the action is to be shipped again.
    /// </summary>
    /// <exception cref="FeedException">The topic cannot be read.</exception>
    public async ValueTask CatchUpAsync(TopicState topic, CancellationToken cancellationToken)
    {
        TopicInfo? info = await engine.DescribeAsync(topic.Name, cancellationToken);
        RecordId last = info?.LastId ?? RecordId.Zero;
        RecordId first = info is { Count: > 0 } ? info.FirstId : last == RecordId.Max ? last : last.Next();
        RecordId from = topic.LastId;
        if (last < from)
        {
            ShipLog.TopicShorter(logger, topic.Name, last, from, MarkUnshipped(topic, RecordId.Max));
            from = RecordId.Zero;
        }
        else if (first != topic.FirstId)
        {
            long lost = MarkUnshipped(topic, first);
            if (lost > 0) ShipLog.TopicTrimmedTooFar(logger, topic.Name, first, lost);

            // What was trimmed away unread may have told of anything; from its first record on the topic tells all that it still knows.
            if (first > from) from = RecordId.Zero;
        }

        RecordId read = last > from ? await FoldAsync(topic, from, cancellationToken) : last;
        topic.LastId = read > last ? read : last;
        topic.FirstId = first;
        topic.Phase = TopicPhase.InStep;
    }

    private async ValueTask<RecordId> FoldAsync(TopicState topic, RecordId after, CancellationToken cancellationToken)
    {
        await using ITopicCursor cursor = engine.OpenCursor(topic.Name, after);
        long records = 0;
        while (true)
        {
            RecordPage page = await cursor.ReadAsync(cancellationToken);
            if (page.IsEmpty) break;
            if (page.Gap is { } gap) ShipLog.GapWhileFolding(logger, gap.ToString());
            Apply(topic, page);
            records += page.Count;
        }

        ShipLog.Folded(logger, topic.Name, records, after);
        return cursor.Position;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Apply(TopicState topic, RecordPage page)
    {
        foreach (RecordView record in page)
        {
            if (!_reader.TryRead(record.Data, out HsmEvent told) || Find(topic, told.Mdt) is not { } mdt) continue;
            mdt.Actions.Apply(told, record.Id, out int slot);
            if (slot >= 0 && !told.Raw.IsEmpty) mdt.Actions.Entries.Digest(slot) = LineDigest.Compute(told.Raw);
        }
    }

    /// <summary>Whom an event of the topic is about. In the single layout it may be an MDT that another shipper reads.</summary>
    private MdtSource? Find(TopicState topic, ReadOnlySpan<byte> mdt)
    {
        if (topic.Mdts.Count > 0 && mdt.SequenceEqual(topic.Mdts[0].Name.Utf8)) return topic.Mdts[0];
        if (!state.IsSingle) return null;
        return state.Find(mdt) ?? (topic.Mdts.Count < LiveActions.MaxMdts ? state.FindOrAdd(mdt) : null);
    }

    /// <summary>Notes that the topic does not hold these actions, and counts them.</summary>
    private static long MarkUnshipped(TopicState topic, RecordId below)
    {
        long marked = 0;
        foreach (MdtSource mdt in topic.Mdts)
        {
            EntryTable entries = mdt.Actions.Entries;
            for (int slot = 0; slot < entries.Slots; slot++)
            {
                ref ActionEntry entry = ref entries[slot];
                if ((entry.Flags & EntryFlags.InUse) == 0 || entry.LastState >= below) continue;
                entry.Flags |= EntryFlags.Unshipped;
                entry.RawHash = 0;
                marked++;
            }
        }

        return marked;
    }
}
