using System.Buffers.Binary;
using System.Text;

namespace Weir.Lustre.Network;

/// <summary>
/// A Lustre network identifier: an address in a numbered network of one type. It has two binary forms, the 64-bit
/// <c>lnet_nid_t</c> and <c>struct lnet_nid</c> (20 bytes, big-endian, also for IPv6); its text is <see cref="NidText"/>'s.
/// </summary>
/// <param name="Type">The network driver's number, e.g. 2 for tcp.</param>
/// <param name="Number">Which of the networks of that type: 1 in <c>tcp1</c>.</param>
/// <param name="ExtraBytes">Bytes of the address beyond four (<c>nid_size</c>): 0, or 12 for IPv6.</param>
/// <param name="Address">The address; one of four bytes stands in the highest 32 bits.</param>
public readonly record struct Nid(ushort Type, ushort Number, byte ExtraBytes, UInt128 Address)
{
    /// <summary>The size of <c>struct lnet_nid</c>.</summary>
    public const int WideBytes = 20;

    /// <summary>Every NID at once, printed as <c>&lt;?&gt;</c>.</summary>
    public static Nid Any { get; } = new(ushort.MaxValue, ushort.MaxValue, byte.MaxValue, UInt128.MaxValue);

    public bool IsAny => this == Any;

    /// <summary>The first 32 bits of the address, which is all of an IPv4 one.</summary>
    public uint Address32 => (uint)(Address >> 96);

    /// <summary>Whether the 64-bit form can say it.</summary>
    public bool FitsNarrow => IsAny || (ExtraBytes == 0 && (Address << 32) == 0);

    /// <summary>Reads an <c>lnet_nid_t</c>: the network in the high half, the address in the low one.</summary>
    public static Nid FromNarrow(ulong value) =>
        value == ulong.MaxValue ? Any : new((ushort)(value >> 48), (ushort)(value >> 32), 0, (UInt128)(uint)value << 96);

    /// <summary>Reads a <c>struct lnet_nid</c> of <see cref="WideBytes"/>.</summary>
    public static Nid FromWide(ReadOnlySpan<byte> bytes)
    {
        UInt128 address = BinaryPrimitives.ReadUInt128BigEndian(bytes[4..]);
        ushort number = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        return bytes[0] == byte.MaxValue && bytes[1] == byte.MaxValue && number == ushort.MaxValue ? Any : new(bytes[1], number, bytes[0], address);
    }

    /// <summary>The <c>lnet_nid_t</c>; what <see cref="FitsNarrow"/> denies is cut off.</summary>
    public ulong ToNarrow() => IsAny ? ulong.MaxValue : ((ulong)Type << 48) | ((ulong)Number << 32) | Address32;

    /// <summary>Writes the <c>struct lnet_nid</c>.</summary>
    public void WriteWide(Span<byte> destination)
    {
        destination[0] = ExtraBytes;
        destination[1] = (byte)Type;
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], Number);
        BinaryPrimitives.WriteUInt128BigEndian(destination[4..], Address);
    }

    public override string ToString()
    {
        Span<byte> text = stackalloc byte[NidText.MaxBytes];
        return Encoding.ASCII.GetString(text[..NidText.Format(this, text)]);
    }
}
