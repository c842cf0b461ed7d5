namespace Weir.Feed.Log;

/// <summary>A topic's segments, and how far each may be read: what is durable, and no further.</summary>
internal sealed class TopicTail
{
    private readonly List<SegmentName> _segments;
    private readonly int _last;
    private readonly TailState? _state;

    private TopicTail(List<SegmentName> segments, int last, TailState? state)
    {
        _segments = segments;
        _last = last;
        _state = state;
    }

    /// <summary>The segments that may be read, oldest first.</summary>
    public ReadOnlySpan<SegmentName> Segments => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_segments)[..(_last + 1)];

    /// <summary>What the writer published; null where nobody did since the machine started, and the frames themselves tell the end.</summary>
    public TailState? State => _state;

    public static TopicTail Read(FeedDirectory directory, string topic, ulong bootKey)
    {
        string tailPath = Path.Combine(directory.TopicPath(topic), FeedDirectory.TailName);

        // The writer makes a segment first and publishes it then; a list older than the tail is simply read again.
        for (int attempt = 0; ; attempt++)
        {
            TailState? state = TailFile.Read(directory.Disk, tailPath, bootKey);
            List<SegmentName> segments = directory.Segments(topic);
            if (state is not { } known) return new(segments, segments.Count - 1, null);
            int last = segments.FindLastIndex(segment => segment.Salt == known.Salt);
            if (last >= 0) return new(segments, last, state);
            if (attempt == 3) return new(segments, segments.Count - 1, null);
        }
    }

    /// <summary>
    /// Whether a writer has come since this was read, when nobody had published an end. A writer publishes before it appends, so
    /// a length that was taken before this was asked, and found false, covers nothing that is not yet durable.
    /// </summary>
    public bool IsOutdated(FeedDirectory directory, string topic, ulong bootKey) =>
        _state is null && TailFile.Read(directory.Disk, Path.Combine(directory.TopicPath(topic), FeedDirectory.TailName), bootKey) is not null;

    public bool IsLast(int segment) => segment == _last;

    /// <summary>How far a segment may be read, in bytes; <paramref name="length"/> is its file's.</summary>
    public long Limit(int segment, long length) => segment == _last && _state is { } state ? Math.Min(length, state.DurableEnd) : length;
}
