using System.Buffers.Text;
using System.Runtime.CompilerServices;

namespace Weir.Hsm.Events;

/// <summary>Puts an event's JSON together in a span that is known to be large enough.</summary>
internal ref struct EventComposer(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    public int Length { get; private set; }

    /// <summary>Bytes that are JSON already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Literal(ReadOnlySpan<byte> json)
    {
        json.CopyTo(_destination[Length..]);
        Length += json.Length;
    }

    /// <summary>The inside of a string.</summary>
    public void Text(ReadOnlySpan<byte> text) => Length += JsonText.Write(text, _destination[Length..]);

    public void Number(long value)
    {
        Utf8Formatter.TryFormat(value, _destination[Length..], out int written);
        Length += written;
    }

    /// <summary>As C's <c>%#llx</c> of anything but zero: <c>0x6912db05</c>.</summary>
    public void Hex(ulong value)
    {
        Literal("0x"u8);
        Utf8Formatter.TryFormat(value, _destination[Length..], out int written, 'x');
        Length += written;
    }

    /// <summary>The bytes as lower-case hexadecimal.</summary>
    public void HexBytes(ReadOnlySpan<byte> bytes)
    {
        Convert.TryToHexStringLower(bytes, _destination[Length..], out int written);
        Length += written;
    }
}
