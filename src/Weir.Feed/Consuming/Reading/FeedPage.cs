namespace Weir.Feed.Consuming;

/// <summary>
/// Some consecutive records of one topic, less those that a filter passes over. <c>foreach</c> walks it without allocating. It is valid until
/// its reader is asked for the next one, or disposed.
/// </summary>
public sealed class FeedPage
{
    private ReadOnlyMemory<byte> _frames;
    private PageView? _view;
    private int _first;

    internal FeedPage()
    {
    }

    public string Topic { get; private set; } = "";

    /// <summary>Records in the page. 0 only when it has a gap to tell of.</summary>
    public int Count { get; private set; }

    /// <summary>Everything of the topic up to here was given or passed over: acknowledging this acknowledges the page.</summary>
    public RecordId LastId { get; private set; }

    /// <summary>What is missing directly before the page; null nearly always.</summary>
    public FeedGap? Gap { get; private set; }

    /// <summary>
    /// Something that is made of the page's records once for all readers who have the same page under the same filter: its encoding, for
    /// one. It is let go of with the page (and disposed, where it can be); hold no reference beyond that.
    /// </summary>
    /// <param name="key">What kind of thing it is; compared by reference.</param>
    /// <param name="make">Makes it of a page with all the records; it must not read on. May be called more than once; one result counts.</param>
    /// <returns>Null when this reader has only a part of the page, as may be directly after it has caught up: make it for this page alone.</returns>
    public T? GetShared<T>(object key, Func<FeedPage, T> make) where T : class
    {
        ArgumentNullException.ThrowIfNull(make);
        return _view is null || _first > 0 ? null : _view.GetShared(key, this, make);
    }

    public Enumerator GetEnumerator() => new(_frames.Span, _view is null ? default : _view.Offsets, _first, Count);

    internal void Set(string topic, ReadOnlyMemory<byte> frames, PageView view, int first, RecordId last, FeedGap? gap)
    {
        Topic = topic;
        _frames = frames;
        _view = view;
        _first = first;
        Count = view.Count - first;
        LastId = last;
        Gap = gap;
    }

    internal void Clear()
    {
        _frames = default;
        _view = null;
        Count = 0;
        Gap = null;
    }

    /// <summary>Walks the page.</summary>
    public ref struct Enumerator
    {
        private readonly ReadOnlySpan<byte> _frames;
        private readonly ReadOnlySpan<int> _offsets;
        private readonly int _end;
        private int _index;

        internal Enumerator(ReadOnlySpan<byte> frames, ReadOnlySpan<int> offsets, int first, int count)
        {
            _frames = frames;
            _offsets = offsets;
            _index = first - 1;
            _end = first + count;
        }

        public readonly RecordView Current
        {
            get
            {
                ReadOnlySpan<byte> frame = _frames[_offsets[_index]..];
                return new(frame[..(FrameLayout.HeaderBytes + FrameLayout.BodyLength(frame))]);
            }
        }

        public bool MoveNext() => ++_index < _end;
    }
}
