using System.Buffers;

namespace Weir.Feed.Consuming;

/// <summary>A page of a topic that several readers have at once. The last who lets go of it gives its memory back.</summary>
internal sealed class SharedPage
{
    private readonly Lock _gate = new();
    private readonly List<PageView> _views = new(1);
    private byte[]? _rented;
    private int _references = 1;

    private SharedPage(byte[] rented, int length, int count, RecordId after, RecordId last, FeedGap? gap)
    {
        _rented = rented;
        Length = length;
        Count = count;
        After = after;
        Last = last;
        Gap = gap;
    }

    public int Length { get; }

    public int Count { get; }

    /// <summary>The reader's place before the page.</summary>
    public RecordId After { get; }

    /// <summary>The reader's place behind it.</summary>
    public RecordId Last { get; }

    public FeedGap? Gap { get; }

    public ReadOnlyMemory<byte> Frames => _rented.AsMemory(0, Length);

    /// <summary>Copies what a cursor has read; the caller has the one reference.</summary>
    public static SharedPage Copy(RecordPage page, RecordId after, RecordId last)
    {
        ReadOnlySpan<byte> frames = page.Frames.Span;
        byte[] rented = ArrayPool<byte>.Shared.Rent(Math.Max(frames.Length, 1));
        frames.CopyTo(rented);
        return new(rented, frames.Length, page.Count, after, last, page.Gap);
    }

    /// <summary>False when everybody has let go of it already.</summary>
    public bool TryAddReference()
    {
        lock (_gate)
        {
            if (_references == 0) return false;
            _references++;
            return true;
        }
    }

    public void Release()
    {
        lock (_gate)
        {
            if (--_references > 0) return;
        }

        foreach (PageView view in _views) view.Dispose();
        ArrayPool<byte>.Shared.Return(_rented!);
        _rented = null;
    }

    /// <summary>What the filter leaves of the page, found out once for all who have that filter.</summary>
    public PageView ViewFor(RecordFilter filter)
    {
        lock (_gate)
        {
            foreach (PageView view in _views)
            {
                if (ReferenceEquals(view.Filter, filter) || view.Filter.Equals(filter)) return view;
            }

            PageView made = PageView.Make(Frames.Span, Count, filter);
            _views.Add(made);
            return made;
        }
    }
}
