using Weir.Feed.Disks;

namespace Weir.Feed.Log;

/// <summary>Counts what a topic holds, by the sparse indexes where they say it and by reading where they do not.</summary>
internal sealed class TopicDescriber(FeedDirectory directory, Marks marks, ulong bootKey)
{
    private const int PageBytes = 256 * 1024;
    private const string Durability = "fsync before acknowledgement (one disk, no replica)";

    public TopicInfo? Describe(string topic)
    {
        if (!directory.TopicExists(topic)) return null;
        TopicTail tail = TopicTail.Read(directory, topic, bootKey);
        TopicInfo info = Describe(topic, tail);
        return tail.IsOutdated(directory, topic, bootKey) ? Describe(topic, TopicTail.Read(directory, topic, bootKey)) : info;
    }

    private TopicInfo Describe(string topic, TopicTail tail)
    {
        RecordId lowWater = marks.LowWater(topic);
        ReadOnlySpan<SegmentName> segments = tail.Segments;
        RecordId first = RecordId.Zero;
        RecordId last = tail.State?.LastId ?? RecordId.Zero;
        long count = 0;
        long bytes = 0;
        for (int i = 0; i < segments.Length; i++)
        {
            using IDiskFile? file = directory.Disk.OpenRead(Path.Combine(directory.TopicPath(topic), segments[i].FileName));
            if (file is null) continue;
            long length = file.Length;
            bytes += length;
            if (segments[i].After > last) last = segments[i].After;
            bool isTrimmed = i + 1 < segments.Length && segments[i + 1].After < lowWater;
            if (isTrimmed) continue;
            Count(topic, segments[i], file, tail.Limit(i, length), lowWater, ref first, ref last, ref count);
        }

        return new(topic, first, last, count, bytes, Durability);
    }

    private void Count(string topic, SegmentName name, IDiskFile file, long limit, RecordId lowWater, ref RecordId first, ref RecordId last, ref long count)
    {
        SegmentIndex index = SegmentIndex.Load(directory.Disk, Path.Combine(directory.TopicPath(topic), name.IndexName), name.Salt);
        (long below, RecordId firstHere) = CountBelow(file, name, index, limit, lowWater);
        (long upTo, RecordId lastHere) = CountAll(file, name, index, limit);
        if (lastHere > last) last = lastHere;
        if (firstHere == RecordId.Zero) return;
        count += upTo - below;
        if (first == RecordId.Zero) first = firstHere;
    }

    /// <summary>How many records of the segment lie below the mark, and the first that does not.</summary>
    private static (long Count, RecordId First) CountBelow(IDiskFile file, SegmentName name, SegmentIndex index, long limit, RecordId lowWater)
    {
        IndexEntry start = lowWater == RecordId.Zero ? IndexEntry.Start : index.Floor(lowWater.Previous(), file, name.Salt);
        var reader = new SegmentReader(file, name, new PageBuffer(PageBytes));
        reader.Seek(start.Offset);
        long below = start.Ordinal;
        while (reader.Offset < limit)
        {
            ReadOnlyMemory<byte> frames = reader.ReadFrames(limit, out int count, out _);
            foreach (RecordView record in new RecordPage(frames, count, null))
            {
                if (record.Id >= lowWater) return (below, record.Id);
                below++;
            }

            if (count == 0) reader.Seek(reader.Examine(limit).Next);
        }

        return (below, RecordId.Zero);
    }

    private static (long Count, RecordId Last) CountAll(IDiskFile file, SegmentName name, SegmentIndex index, long limit)
    {
        IndexEntry start = index.Below(limit, file, name.Salt);
        var reader = new SegmentReader(file, name, new PageBuffer(PageBytes));
        reader.Seek(start.Offset);
        long total = start.Ordinal;
        RecordId last = start.Ordinal > 0 ? start.Id : name.After;
        while (reader.Offset < limit)
        {
            _ = reader.ReadFrames(limit, out int count, out RecordId lastRead);
            total += count;
            if (count > 0) last = lastRead;
            else reader.Seek(reader.Examine(limit).Next);
        }

        return (total, last);
    }
}
