using Weir.Changelogs.Records;
using Weir.Feed;

namespace Weir.Changelogs.Following;

/// <summary>
/// Finds up to which record a changelog topic is whole. A power loss in the middle of an append may keep later records of it and
/// lose earlier ones; these are still with the MDT, since nothing of that append was cleared.
/// </summary>
internal static class WholeTopic
{
    /// <summary>
    /// Where a topic begins that has nothing in it yet, as a position: the head of the very first append can be lost too, and only this
    /// tells that from records that were trimmed.
    /// </summary>
    public static RecordId StartAfter(ulong index) => new(0, index);

    /// <summary>The last index before the first hole behind the consumer's position; the topic's last when there is none.</summary>
    public static async Task<ulong> FindEndAsync(IFeedEngine feed, string topic, string consumer, RecordId last, CancellationToken cancellationToken)
    {
        if (last == RecordId.Zero) return 0;
        RecordId? position = await feed.ReadPositionAsync(topic, consumer, cancellationToken);
        RecordId marked = position ?? RecordId.Zero;
        if (marked >= last) return last.Sequence;
        await using ITopicCursor cursor = feed.OpenCursor(topic, marked);
        ulong whole = marked.Sequence;
        bool hasHole = false, isTrimmed = position is null;
        while (await cursor.ReadAsync(cancellationToken) is { IsEmpty: false } page)
        {
            hasHole |= page.Gap is not null;
            foreach (RecordView record in page)
            {
                // Behind a hole, only a follower that came back to it goes on where it began.
                ulong index = ChangelogTopic.IndexOf(record.Id);
                if (hasHole && index > whole + 1 && !isTrimmed) continue;
                whole = index;
                hasHole = isTrimmed = false;
            }
        }

        return whole;
    }
}
