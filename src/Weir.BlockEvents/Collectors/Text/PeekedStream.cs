namespace Weir.BlockEvents.Collectors.Text;

/// <summary>A stream whose beginning can be looked at before it is read.</summary>
internal sealed class PeekedStream(Stream inner) : Stream
{
    private readonly byte[] _start = new byte[64];
    private int _length;
    private int _given;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The first bytes, fewer when the stream ends.</summary>
    public ReadOnlySpan<byte> Peek(int count)
    {
        while (_length < count && inner.Read(_start, _length, count - _length) is > 0 and var read) _length += read;
        return _start.AsSpan(0, _length);
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (_given == _length) return inner.Read(buffer, offset, count);
        int give = Math.Min(count, _length - _given);
        _start.AsSpan(_given, give).CopyTo(buffer.AsSpan(offset));
        _given += give;
        return give;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
