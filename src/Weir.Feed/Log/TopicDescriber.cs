using System.Collections.Concurrent;
using Weir.Feed.Disks;

namespace Weir.Feed.Log;

/// <summary>Counts what a topic holds, by the sparse indexes where they say it and by reading where they do not.</summary>
internal sealed class TopicDescriber(FeedDirectory directory, Marks marks, ulong bootKey)
{
    private const int PageBytes = 256 * 1024;
    private const string Durability = "fsync before acknowledgement (one disk, no replica)";

    private const int MostKept = 4;

    /// <summary>
    /// Kept from call to call: whoever follows topics describes them several times a second, and each time two pages of every segment are read. A
    /// few for the process, and not one for each thread: a daemon has dozens of threads.
    /// </summary>
    private static readonly ConcurrentQueue<PageBuffer> Kept = new();

    private PageBuffer? _buffer;

    /// <summary>What is read into, during one call.</summary>
    private PageBuffer Buffer => _buffer ??= Kept.TryDequeue(out PageBuffer? kept) ? kept : new(PageBytes);

    public TopicInfo? Describe(string topic)
    {
        try
        {
            return DescribeNow(topic);
        }
        finally
        {
            GiveBack();
        }
    }

    /// <summary>What lies above an id: whole segments by what their indexes say, the one that the id stands in by a look into it.</summary>
    public TopicBacklog Measure(string topic, RecordId after)
    {
        try
        {
            return MeasureNow(topic, after);
        }
        finally
        {
            GiveBack();
        }
    }

    private void GiveBack()
    {
        if (_buffer is { HasGrown: false } buffer && Kept.Count < MostKept) Kept.Enqueue(buffer);
        _buffer = null;
    }

    private TopicInfo? DescribeNow(string topic)
    {
        if (!directory.TopicExists(topic)) return null;
        TopicTail tail = TopicTail.Read(directory, topic, bootKey);
        TopicInfo info = Describe(topic, tail);
        return tail.IsOutdated(directory, topic, bootKey) ? Describe(topic, TopicTail.Read(directory, topic, bootKey)) : info;
    }

    private TopicBacklog MeasureNow(string topic, RecordId after)
    {
        if (!directory.TopicExists(topic)) return new(topic, RecordId.Zero, RecordId.Zero, 0, 0);
        TopicTail tail = TopicTail.Read(directory, topic, bootKey);
        TopicBacklog backlog = Measure(topic, after, tail);
        return tail.IsOutdated(directory, topic, bootKey) ? Measure(topic, after, TopicTail.Read(directory, topic, bootKey)) : backlog;
    }

    private TopicBacklog Measure(string topic, RecordId after, TopicTail tail)
    {
        RecordId lowWater = marks.LowWater(topic);
        RecordId from = after == RecordId.Max ? after : after.Next();
        if (lowWater > from) from = lowWater;
        ReadOnlySpan<SegmentName> segments = tail.Segments;
        RecordId first = RecordId.Zero, last = tail.State?.LastId ?? RecordId.Zero;
        long records = 0, bytes = 0;
        for (int i = 0; i < segments.Length; i++)
        {
            if (segments[i].After > last) last = segments[i].After;
            if (i + 1 < segments.Length && segments[i + 1].After < from) continue;
            using IDiskFile? file = directory.Disk.OpenRead(Path.Combine(directory.TopicPath(topic), segments[i].FileName));
            if (file is null) continue;
            long limit = tail.Limit(i, file.Length);
            SegmentIndex index = SegmentIndex.Load(directory.Disk, Path.Combine(directory.TopicPath(topic), segments[i].IndexName), segments[i].Salt);
            (long below, RecordId firstHere, long offset) = CountBelow(file, segments[i], index, limit, from);
            (long upTo, RecordId lastHere) = CountAll(file, segments[i], index, limit);
            if (lastHere > last) last = lastHere;
            if (firstHere == RecordId.Zero) continue;
            records += upTo - below;
            bytes += limit - offset;
            if (first == RecordId.Zero) first = firstHere;
        }

        return new(topic, first, last, records, bytes);
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
        (long upTo, RecordId lastHere) = CountAll(file, name, index, limit);
        if (lastHere > last) last = lastHere;
        if (first != RecordId.Zero)
        {
            // The segments before it hold records above the mark, so this one holds no other.
            count += upTo;
            return;
        }

        (long below, RecordId firstHere, _) = CountBelow(file, name, index, limit, lowWater);
        if (firstHere == RecordId.Zero) return;
        count += upTo - below;
        first = firstHere;
    }

    /// <summary>How many records of the segment lie below the mark, the first that does not, and where that stands.</summary>
    private (long Count, RecordId First, long Offset) CountBelow(IDiskFile file, SegmentName name, SegmentIndex index, long limit, RecordId mark)
    {
        IndexEntry start = mark == RecordId.Zero ? IndexEntry.Start : index.Floor(mark.Previous(), file, name.Salt);
        var reader = new SegmentReader(file, name, Buffer);
        reader.Seek(start.Offset);
        long below = start.Ordinal;
        while (reader.Offset < limit)
        {
            ReadOnlyMemory<byte> frames = reader.ReadFrames(limit, out int count, out _);
            long offset = reader.Offset - frames.Length;
            foreach (RecordView record in new RecordPage(frames, count, null))
            {
                if (record.Id >= mark) return (below, record.Id, offset);
                below++;
                offset += record.SizeBytes;
            }

            if (count == 0) reader.Seek(reader.Examine(limit).Next);
        }

        return (below, RecordId.Zero, limit);
    }

    private (long Count, RecordId Last) CountAll(IDiskFile file, SegmentName name, SegmentIndex index, long limit)
    {
        IndexEntry start = index.Below(limit, file, name.Salt);
        var reader = new SegmentReader(file, name, Buffer);
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
