using Weir.Feed.Disks;

namespace Weir.Feed.Log;

/// <summary>How far a segment was written at one moment.</summary>
internal readonly record struct SegmentState(long End, long Count, RecordId LastId, (int Slot, long NextOffset) Index);

/// <summary>The segment that a topic's writer appends to: its file, its end, and what is known of its content.</summary>
internal sealed class ActiveSegment : IDisposable
{
    private readonly SegmentIndexWriter _index;

    private ActiveSegment(SegmentName name, IDiskFile file, SegmentIndexWriter index)
    {
        Name = name;
        File = file;
        _index = index;
        LastId = name.After;
    }

    public SegmentName Name { get; }

    public IDiskFile File { get; }

    /// <summary>Where the next frame goes.</summary>
    public long End { get; private set; } = SegmentHeader.Bytes;

    public long Count { get; private set; }

    /// <summary>The last id in it, or below it where it is empty.</summary>
    public RecordId LastId { get; private set; }

    /// <summary>Makes a new segment behind <paramref name="after"/>; file and name are durable when this returns.</summary>
    public static ActiveSegment Create(FeedDirectory directory, string topic, RecordId after, LogEngineOptions options)
    {
        string path = directory.TopicPath(topic);
        SegmentName name = SegmentName.Next(after, directory.Segments(topic));
        string file = Path.Combine(path, name.FileName);
        IDiskFile? opened = null;
        try
        {
            opened = directory.Disk.OpenWrite(file);
            Span<byte> header = stackalloc byte[SegmentHeader.Bytes];
            SegmentHeader.Write(header, name, options.Time.GetUtcNow());
            opened.Write(header, 0);
            opened.Sync();
            directory.Disk.SyncDirectory(path);
            return Open(directory, topic, name, opened, options);
        }
        catch
        {
            opened?.Dispose();
            RemoveQuietly(directory.Disk, file);
            throw;
        }
    }

    /// <summary>Takes over an existing segment; the caller scans it and says what it found by <see cref="Passed"/>.</summary>
    public static ActiveSegment Open(FeedDirectory directory, string topic, SegmentName name, IDiskFile file, LogEngineOptions options) => new(
        name, file, new(directory.Disk, Path.Combine(directory.TopicPath(topic), name.IndexName), name.Salt, options.IndexIntervalBytes));

    /// <summary>A frame stands (or was just written) at <paramref name="offset"/>.</summary>
    public void Passed(RecordId id, long offset, int length)
    {
        _index.Passed(id, offset, Count);
        LastId = id;
        Count++;
        End = offset + length;
    }

    /// <summary>The next frame goes to <paramref name="end"/>: what lies before it is damage that nobody may overwrite.</summary>
    public void SkipTo(long end) => End = end;

    /// <summary>Closes the index; the segment is complete.</summary>
    public void Seal() => _index.Close(LastId, End, Count);

    /// <summary>What the segment is now, for <see cref="ResetTo"/>.</summary>
    public SegmentState Capture() => new(End, Count, LastId, _index.Mark());

    /// <summary>Forgets frames that were written behind an earlier state and are cut away again.</summary>
    public void ResetTo(in SegmentState state)
    {
        End = state.End;
        Count = state.Count;
        LastId = state.LastId;
        _index.Rewind(state.Index);
    }

    public void Dispose()
    {
        _index.Dispose();
        File.Dispose();
    }

    private static void RemoveQuietly(IDisk disk, string path)
    {
        try
        {
            disk.Delete(path);
        }
        catch (IOException)
        {
            // An empty segment that could not be removed is harmless: recovery appends to it.
        }
    }
}
