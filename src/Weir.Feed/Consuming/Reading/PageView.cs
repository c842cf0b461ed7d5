namespace Weir.Feed.Consuming;

/// <summary>Which records of a page a filter leaves, and what was made of them for all who have that filter.</summary>
internal sealed class PageView(RecordFilter filter, int[] offsets, int count) : IDisposable
{
    private readonly Lock _gate = new();
    private List<(object Key, object Value)>? _shared;

    public RecordFilter Filter { get; } = filter;

    /// <summary>Where each record's frame stands in the page.</summary>
    public ReadOnlySpan<int> Offsets => offsets.AsSpan(0, Count);

    public int Count { get; } = count;

    /// <summary>Looks at each record once.</summary>
    public static PageView Make(ReadOnlySpan<byte> frames, int records, RecordFilter filter)
    {
        int[] offsets = GC.AllocateUninitializedArray<int>(records);
        int count = 0, at = 0;
        while (at < frames.Length)
        {
            ReadOnlySpan<byte> frame = frames[at..];
            int length = FrameLayout.HeaderBytes + FrameLayout.BodyLength(frame);
            if (filter.IsAll || filter.Matches(new(frame[..length]))) offsets[count++] = at;
            at += length;
        }

        return new(filter, offsets, count);
    }

    /// <summary>The first of the records whose id is above this one.</summary>
    public int FirstAbove(ReadOnlySpan<byte> frames, RecordId id)
    {
        int low = 0, high = Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (FrameLayout.ReadId(frames[offsets[middle]..]) <= id) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    public T GetShared<T>(object key, FeedPage page, Func<FeedPage, T> make) where T : class
    {
        // Under the lock, so that it is made once; who waits would have made the same.
        lock (_gate)
        {
            foreach ((object known, object value) in _shared ??= [])
            {
                if (ReferenceEquals(known, key)) return (T)value;
            }

            T made = make(page);
            _shared.Add((key, made));
            return made;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach ((_, object value) in _shared ?? []) (value as IDisposable)?.Dispose();
            _shared = null;
        }
    }
}
