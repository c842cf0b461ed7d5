namespace Weir.Feed.Log;

/// <summary>The memory that pages of a topic are read into, one after another; it grows for a record larger than a page.</summary>
internal sealed class PageBuffer(int pageBytes)
{
    private byte[]? _bytes;

    /// <summary>How much is read at once, in bytes.</summary>
    public int PageBytes { get; } = Math.Max(pageBytes, 4 * FrameLayout.HeaderBytes);

    /// <summary>Whether it grew for a record larger than a page.</summary>
    public bool HasGrown => _bytes?.Length > PageBytes;

    /// <summary>The first <paramref name="size"/> bytes of the buffer; what was taken before is overwritten.</summary>
    public Memory<byte> Take(int size)
    {
        if (_bytes is null || _bytes.Length < size) _bytes = GC.AllocateUninitializedArray<byte>(Math.Max(size, PageBytes));
        return _bytes.AsMemory(0, size);
    }
}
