namespace Weir.Feed;

/// <summary>Walks checked frames that lie back to back in a buffer.</summary>
public ref struct FrameEnumerator
{
    private ReadOnlySpan<byte> _rest;
    private ReadOnlySpan<byte> _frame;

    internal FrameEnumerator(ReadOnlySpan<byte> frames) => _rest = frames;

    public readonly RecordView Current => new(_frame);

    public bool MoveNext()
    {
        if (_rest.IsEmpty) return false;
        int length = FrameLayout.HeaderBytes + FrameLayout.BodyLength(_rest);
        _frame = _rest[..length];
        _rest = _rest[length..];
        return true;
    }
}
