using Microsoft.Extensions.Logging;
using Weir.Feed.Disks;

namespace Weir.Feed.Log;

/// <summary>
/// Brings a topic's last segment into a state that can be appended to. It reads everything before it changes anything: a torn
/// tail (nothing intact behind it) is cut away, damage with intact records behind it stays and is skipped, and damage to what
/// was already acknowledged is never cut.
/// </summary>
internal static class TopicRecovery
{
    private const int PageBytes = 1024 * 1024;

    public static ActiveSegment Open(FeedDirectory directory, string topic, LogEngineOptions options, ulong bootKey)
    {
        List<SegmentName> segments = directory.Segments(topic);
        if (segments.Count == 0) return ActiveSegment.Create(directory, topic, RecordId.Zero, options);

        string path = directory.TopicPath(topic);
        CompleteIndexes(directory, topic, segments, options);
        SegmentName name = segments[^1];
        string tailPath = Path.Combine(path, FeedDirectory.TailName);
        TailState? tail = TailFile.Read(directory.Disk, tailPath, bootKey);
        if (tail is { } other && other.Salt != name.Salt) tail = null;

        string file = Path.Combine(path, name.FileName);
        IDiskFile opened = directory.Disk.OpenWrite(file);
        ActiveSegment? segment = null;
        try
        {
            bool headerIntact = CheckHeader(opened, name, file, options.Logger);
            segment = ActiveSegment.Open(directory, topic, name, opened, options);
            if (tail is { Poisoned: true } poisoned) Cut(opened, topic, file, poisoned.DurableEnd, "the flush of them failed", options.Logger);
            bool mustRoll = !Scan(segment, topic, file, tail, options.Logger, out RecordId lastId) || !headerIntact;
            mustRoll |= tail is { Poisoned: true } && segment.Count > 0;

            // A trim may have gone by records that a power cut then took; what is given their ids again would be below the mark, for nobody to see.
            RecordId trimmed = new Marks(directory, options).LowWater(topic).Previous();
            if (trimmed > segment.LastId && trimmed > segment.Name.After)
            {
                lastId = Max(lastId, trimmed);
                mustRoll = true;
            }

            if (!TailFile.IsOfAnotherBoot(directory.Disk, tailPath, bootKey)) Rewrite(segment, tail?.DurableEnd ?? SegmentHeader.Bytes);
            opened.Sync();

            // The writer that made the segment may have been killed before its name was durable.
            directory.Disk.SyncDirectory(path);
            if (!mustRoll) return segment;

            segment.Seal();
            ActiveSegment next = ActiveSegment.Create(directory, topic, lastId, options);
            segment.Dispose();
            return next;
        }
        catch
        {
            segment?.Dispose();
            opened.Dispose();
            throw;
        }
    }

    /// <returns>Whether the segment can be appended to: nothing unreadable stands at its end.</returns>
    private static bool Scan(ActiveSegment segment, string topic, string file, TailState? tail, ILogger logger, out RecordId lastId)
    {
        long length = segment.File.Length;
        var reader = new SegmentReader(segment.File, segment.Name, new PageBuffer(PageBytes));
        RecordId highest = tail?.LastId ?? RecordId.Zero;
        while (true)
        {
            long at = reader.Offset;
            ReadOnlyMemory<byte> frames = reader.ReadFrames(length, out int count, out _);
            foreach (RecordView record in new RecordPage(frames, count, null))
            {
                segment.Passed(record.Id, at, record.SizeBytes);
                at += record.SizeBytes;
            }

            if (count > 0) continue;
            if (reader.Offset >= length) break;

            SegmentDamage damage = reader.Examine(length);
            if (damage.Damaged is { } known && known > highest) highest = known;
            if (reader.EndsHere(length))
            {
                lastId = Max(highest, segment.LastId);
                return EndOfScan(segment, topic, file, tail, damage, length, logger);
            }

            FeedLog.DamageSkipped(logger, topic, file, reader.Offset, damage.Next - reader.Offset, damage.Reason);
            reader.Seek(damage.Next);
        }

        // A known end above what stands here means that acknowledged records are gone; new ids must stay above theirs.
        lastId = Max(highest, segment.LastId);
        return highest <= segment.LastId;
    }

    private static bool EndOfScan(
        ActiveSegment segment, string topic, string file, TailState? tail, SegmentDamage damage, long length, ILogger logger)
    {
        long end = segment.End;
        if (tail is { Poisoned: false } known && known.DurableEnd > end)
        {
            FeedLog.AcknowledgedDamaged(logger, topic, file, end, length - end, damage.Reason);
            segment.SkipTo(length);
            return false;
        }

        Cut(segment.File, topic, file, end, damage.Damaged is { } id ? $"record {id} was not written to its end" : "nothing intact stands behind", logger);
        return true;
    }

    /// <summary>
    /// Writes what nobody is known to have flushed once more. It may be clean in the page cache and yet not on the disk: the kernel
    /// leaves pages so when a flush fails, and a process that was killed then could not say it. A flush alone would not bring them there.
    /// </summary>
    private static void Rewrite(ActiveSegment segment, long from)
    {
        if (segment.End <= from) return;
        var buffer = new byte[(int)Math.Min(PageBytes, segment.End - from)];
        for (long at = from; at < segment.End;)
        {
            int read = segment.File.Read(buffer.AsSpan(0, (int)Math.Min(buffer.Length, segment.End - at)), at);
            if (read == 0) return;
            segment.File.Write(buffer.AsSpan(0, read), at);
            at += read;
        }
    }

    private static void Cut(IDiskFile file, string topic, string path, long end, string why, ILogger logger)
    {
        long length = file.Length;
        if (length <= end) return;
        FeedLog.TailCut(logger, topic, path, end, length - end, why);
        file.Truncate(end);
    }

    private static bool CheckHeader(IDiskFile opened, SegmentName name, string file, ILogger logger)
    {
        Span<byte> header = stackalloc byte[SegmentHeader.Bytes];
        int read = opened.Read(header, 0);
        string? wrong = SegmentHeader.Check(header[..read], name, file);
        if (wrong is null) return true;

        // Nothing but a creation cut short by a crash leaves less than a header.
        if (read < SegmentHeader.Bytes || opened.Length == SegmentHeader.Bytes)
        {
            SegmentHeader.Write(header, name, DateTimeOffset.UnixEpoch);
            opened.Write(header, 0);
            return true;
        }

        FeedLog.HeaderDamaged(logger, file, wrong);
        return false;
    }

    /// <summary>A crash between sealing a segment and the write-back of its index leaves the index short; write it again.</summary>
    private static void CompleteIndexes(FeedDirectory directory, string topic, List<SegmentName> segments, LogEngineOptions options)
    {
        string path = directory.TopicPath(topic);
        foreach (SegmentName name in segments[..^1])
        {
            using IDiskFile? file = directory.Disk.OpenRead(Path.Combine(path, name.FileName));
            if (file is null) continue;
            long length = file.Length;
            if (SegmentIndex.Load(directory.Disk, Path.Combine(path, name.IndexName), name.Salt).IsComplete(length)) continue;

            using var index = new SegmentIndexWriter(directory.Disk, Path.Combine(path, name.IndexName), name.Salt, options.IndexIntervalBytes);
            var reader = new SegmentReader(file, name, new PageBuffer(PageBytes));
            long ordinal = 0;
            RecordId last = name.After;
            while (reader.Offset < length)
            {
                long at = reader.Offset;
                ReadOnlyMemory<byte> frames = reader.ReadFrames(length, out int count, out _);
                foreach (RecordView record in new RecordPage(frames, count, null))
                {
                    last = record.Id;
                    index.Passed(last, at, ordinal++);
                    at += record.SizeBytes;
                }

                if (count == 0) reader.Seek(reader.Examine(length).Next);
            }

            index.Close(last, length, ordinal);
        }
    }

    private static RecordId Max(RecordId a, RecordId b) => a > b ? a : b;
}
