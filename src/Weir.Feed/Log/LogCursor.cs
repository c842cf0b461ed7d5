using Weir.Feed.Disks;

namespace Weir.Feed.Log;

/// <summary>Reads a topic of the embedded log forward, over segments and damage, up to what is durable.</summary>
internal sealed class LogCursor(string topic, RecordId after, FeedDirectory directory, Marks marks, ulong bootKey, CursorOptions options) : ITopicCursor
{
    private readonly PageBuffer _buffer = new(options.PageBytes);
    private SegmentReader? _reader;
    private TopicTail? _tail;
    private RecordId _position = after;
    private FeedGap? _gap;

    public string Topic => topic;

    public RecordId Position => _position;

    public ValueTask<RecordPage> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<RecordPage>(cancellationToken);
        try
        {
            return ValueTask.FromResult(Read());
        }
        catch (IOException failed) when (failed is not FeedException)
        {
            return ValueTask.FromException<RecordPage>(
                new FeedException($"Cannot read topic '{topic}' in {directory.Root} after {_position}: {failed.Message}", failed));
        }
    }

    public ValueTask DisposeAsync()
    {
        Close();
        return ValueTask.CompletedTask;
    }

    private RecordPage Read()
    {
        RecordId trimmed = marks.LowWater(topic).Previous();
        if (trimmed > _position) Skip(trimmed);

        // What is known of the topic's end serves until everything up to it is read; then one fresh look decides.
        if (_tail is { State: not null } known && Read(known) is { IsEmpty: false } page) return page;
        _tail = TopicTail.Read(directory, topic, bootKey);
        return Read(_tail);
    }

    private RecordPage Read(TopicTail tail)
    {
        bool hasLookedAgain = false;
        while (true)
        {
            int index = Find(tail);
            if (index < 0) return Nothing();
            SegmentReader reader = _reader!;
            bool isLast = tail.IsLast(index);
            long limit = tail.Limit(index, reader.File.Length);
            if (isLast && !hasLookedAgain && tail.IsOutdated(directory, topic, bootKey))
            {
                _tail = tail = TopicTail.Read(directory, topic, bootKey);
                hasLookedAgain = true;
                continue;
            }

            ReadOnlyMemory<byte> frames = reader.ReadFrames(limit, out int count, out RecordId last);
            if (count > 0)
            {
                frames = DropRead(frames, ref count);
                if (last > _position) _position = last;
                if (count > 0) return Page(frames, count);
                continue;
            }

            if (reader.Offset < limit)
            {
                if (!StepOverDamage(reader, limit, isLast, tail)) return Nothing();
            }
            else if (isLast)
            {
                return Nothing();
            }
            else
            {
                Leave(tail, index);
            }
        }
    }

    /// <summary>The open segment's place in the list; opens the one that holds the next record when none is. -1: there is none.</summary>
    private int Find(TopicTail tail)
    {
        ReadOnlySpan<SegmentName> segments = tail.Segments;
        if (_reader is { } open)
        {
            for (int i = segments.Length - 1; i >= 0; i--)
            {
                if (segments[i] == open.Name) return i;
            }

            Close(); // trimmed away, or the topic is another one now
        }

        int index = segments.Length - 1;
        while (index > 0 && (segments[index].After > _position || segments[index - 1].After == segments[index].After)) index--;
        if (index == 0 && segments[0].After > _position) NoteMissingStart(segments[0]);
        for (; index >= 0 && index < segments.Length; index++)
        {
            if (Open(segments[index])) return index;
        }

        return -1;
    }

    /// <summary>The oldest segment begins above the position: trimmed since the last look, or lost.</summary>
    private void NoteMissingStart(SegmentName oldest)
    {
        RecordId lowWater = marks.LowWater(topic);
        if (lowWater > oldest.After)
        {
            _position = lowWater.Previous();
            return;
        }

        NoteGap(null, $"before {oldest.FileName}", -1, "the segments before this one are missing", null);
        _position = oldest.After;
    }

    private bool Open(SegmentName name)
    {
        string path = Path.Combine(directory.TopicPath(topic), name.FileName);
        IDiskFile? file = directory.Disk.OpenRead(path);
        if (file is null) return false;
        try
        {
            Span<byte> header = stackalloc byte[SegmentHeader.Bytes];
            SegmentHeader.Check(header[..file.Read(header, 0)], name, path);
            var reader = new SegmentReader(file, name, _buffer);
            SegmentIndex index = SegmentIndex.Load(directory.Disk, Path.Combine(directory.TopicPath(topic), name.IndexName), name.Salt);
            if (_position > name.After) reader.Seek(index.Floor(_position, file, name.Salt).Offset);
            _reader = reader;
            return true;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>After a seek the page starts with records that were read before.</summary>
    private ReadOnlyMemory<byte> DropRead(ReadOnlyMemory<byte> frames, ref int count)
    {
        while (count > 0 && FrameLayout.ReadId(frames.Span) <= _position)
        {
            frames = frames[(FrameLayout.HeaderBytes + FrameLayout.BodyLength(frames.Span))..];
            count--;
        }

        return frames;
    }

    /// <returns>False when what stands here is no damage but a write that is not finished.</returns>
    private bool StepOverDamage(SegmentReader reader, long limit, bool isLast, TopicTail tail)
    {
        if (isLast && tail.State is null && reader.EndsHere(limit)) return false;
        SegmentDamage damage = reader.Examine(limit);
        NoteGap(damage.NextId, $"{reader.Name.FileName} at offset {reader.Offset}", damage.Next - reader.Offset, damage.Reason, damage.Damaged);
        if (damage.Damaged is { } id && id > _position) _position = id;
        reader.Seek(damage.Next);
        return true;
    }

    /// <summary>Goes on to the next segment, and notices when there should be another between.</summary>
    private void Leave(TopicTail tail, int index)
    {
        SegmentName next = tail.Segments[index + 1];
        if (next.After > _position)
        {
            if (_gap is null) NoteGap(null, $"between {_reader!.Name.FileName} and {next.FileName}", -1, "a segment, or the end of one, is missing", null);
            _position = next.After;
        }

        Close();
        if (Open(next)) return;
        if (tail.IsLast(index + 1)) throw new FeedException($"Segment {next.FileName} of topic '{topic}' vanished while it was being read.");
    }

    private void NoteGap(RecordId? before, string place, long bytes, string reason, RecordId? damaged)
    {
        // Scanning starts a little before the position: what is missing there was read, or trimmed, before.
        if (before is { } next && next <= _position) return;
        if (damaged is { } id && id <= _position) return;
        _gap = _gap is { } open
            ? open with { Before = before, SizeBytes = open.SizeBytes < 0 || bytes < 0 ? -1 : open.SizeBytes + bytes, Damaged = open.Damaged ?? damaged }
            : new(topic, _position, before, place, bytes, reason, damaged);
    }

    private RecordPage Page(ReadOnlyMemory<byte> frames, int count)
    {
        FeedGap? gap = _gap is { } open ? open with { Before = FrameLayout.ReadId(frames.Span) } : null;
        _gap = null;
        return new(frames, count, gap);
    }

    private RecordPage Nothing()
    {
        FeedGap? gap = _gap;
        _gap = null;
        return new(default, 0, gap);
    }

    private void Skip(RecordId to)
    {
        _position = to;
        Close();
    }

    private void Close()
    {
        _reader?.Dispose();
        _reader = null;
    }
}
