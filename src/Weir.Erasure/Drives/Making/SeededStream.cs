namespace Weir.Erasure.Drives.Making;

/// <summary>Bytes that look random and follow from a seed, as many as wanted.</summary>
public sealed class SeededStream : Stream
{
    private readonly Random _random;
    private long _left;

    public SeededStream(int seed, long length)
    {
        _random = new(seed);
        Length = _left = length;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length { get; }

    public override long Position { get => Length - _left; set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int taken = (int)Math.Min(buffer.Length, _left);
        _random.NextBytes(buffer[..taken]);
        _left -= taken;
        return taken;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
