namespace Weir.Feed;

/// <summary>
/// Some consecutive records of a topic, as a cursor read them. <c>foreach</c> walks it without allocating. It is valid until
/// the cursor's next read.
/// </summary>
public readonly struct RecordPage
{
    private readonly ReadOnlyMemory<byte> _frames;

    internal RecordPage(ReadOnlyMemory<byte> frames, int count, FeedGap? gap)
    {
        _frames = frames;
        Count = count;
        Gap = gap;
    }

    /// <summary>Records in the page.</summary>
    public int Count { get; }

    /// <summary>What is missing directly before the page's first record (or, in a page without records, at the cursor's place); null nearly always.</summary>
    public FeedGap? Gap { get; }

    /// <summary>Nothing more to read now.</summary>
    public bool IsEmpty => Count == 0 && Gap is null;

    /// <summary>The records as frames, back to back.</summary>
    internal ReadOnlyMemory<byte> Frames => _frames;

    public FrameEnumerator GetEnumerator() => new(_frames.Span);
}
