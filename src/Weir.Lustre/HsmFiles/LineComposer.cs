using System.Buffers.Text;

namespace Weir.Lustre.HsmFiles;

/// <summary>Puts a line together in a buffer that its caller made big enough.</summary>
internal ref struct LineComposer(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    public void Literal(ReadOnlySpan<byte> text)
    {
        text.CopyTo(_buffer[Length..]);
        Length += text.Length;
    }

    /// <summary>As the kernel's <c>%#llx</c>, which also prefixes a zero.</summary>
    public void Hex(ulong value)
    {
        Literal("0x"u8);
        Utf8Formatter.TryFormat(value, _buffer[Length..], out int written, 'x');
        Length += written;
    }

    public void Decimal(long value)
    {
        Utf8Formatter.TryFormat(value, _buffer[Length..], out int written);
        Length += written;
    }

    public void Fid(in Fid fid)
    {
        Literal("["u8);
        Hex(fid.Sequence);
        Literal(":"u8);
        Hex(fid.ObjectId);
        Literal(":"u8);
        Hex(fid.Version);
        Literal("]"u8);
    }

    /// <summary>Upper-case hexadecimal without separators.</summary>
    public void HexBytes(ReadOnlySpan<byte> data)
    {
        foreach (byte b in data)
        {
            Utf8Formatter.TryFormat(b, _buffer[Length..], out int written, new('X', 2));
            Length += written;
        }
    }
}
