namespace Weir.Erasure.Tests.Format;

/// <summary>Gives bytes in small uneven pieces, as a drive may.</summary>
internal sealed class RaggedStream(byte[] bytes) : MemoryStream(bytes)
{
    private int _step;

    public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 1 + _step++ % 13));

    public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 1 + _step++ % 13)]);
}
