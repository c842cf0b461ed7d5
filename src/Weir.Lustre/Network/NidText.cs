using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Text;

namespace Weir.Lustre.Network;

/// <summary>
/// The one translator between NIDs and their text as Lustre prints it: <c>10.0.0.1@tcp</c>, <c>10.0.0.1@o2ib3</c>,
/// <c>2001:db8::1@tcp</c>, <c>0@lo</c>, <c>a000001@&lt;99:1&gt;</c> of a network without a name, <c>&lt;?&gt;</c> for any.
/// </summary>
public static class NidText
{
    /// <summary>The most bytes a NID takes as text.</summary>
    public const int MaxBytes = 80;

    private const byte Ipv6ExtraBytes = 12;

    private enum AddressForm
    {
        Unnamed,
        Number,
        Ip,
    }

    /// <summary>Writes the text and returns its length.</summary>
    /// <param name="destination">At least <see cref="MaxBytes"/>.</param>
    public static int Format(in Nid nid, Span<byte> destination)
    {
        if (nid.IsAny) return Copy("<?>"u8, destination);
        ReadOnlySpan<byte> name = Name(nid.Type, out AddressForm form);
        if (form == AddressForm.Ip && nid.ExtraBytes is not (0 or Ipv6ExtraBytes)) form = AddressForm.Unnamed;
        int length = form switch
        {
            AddressForm.Ip when nid.ExtraBytes == Ipv6ExtraBytes => WriteIpv6(nid.Address, destination),
            AddressForm.Ip => WriteIpv4(nid.Address32, destination),
            AddressForm.Number => WriteDecimal(nid.Address32, destination),
            _ => WriteWords(nid, destination),
        };
        destination[length++] = (byte)'@';
        if (form == AddressForm.Unnamed)
        {
            destination[length++] = (byte)'<';
            length += WriteDecimal(nid.Type, destination[length..]);
            destination[length++] = (byte)':';
            length += WriteDecimal(nid.Number, destination[length..]);
            destination[length++] = (byte)'>';
            return length;
        }

        length += Copy(name, destination[length..]);
        return nid.Number == 0 ? length : length + WriteDecimal(nid.Number, destination[length..]);
    }

    /// <summary>Reads what <see cref="Format"/> writes; an address without a network is one of tcp, as Lustre takes it.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out Nid nid)
    {
        nid = Nid.Any;
        if (text.SequenceEqual("<?>"u8)) return true;
        nid = default;
        if (text.Length > MaxBytes) return false;
        int at = text.LastIndexOf((byte)'@');
        ReadOnlySpan<byte> address = at < 0 ? text : text[..at], network = at < 0 ? "tcp"u8 : text[(at + 1)..];
        if (network.Length > 2 && network[0] == '<' && network[^1] == '>') return TryParseUnnamed(address, network[1..^1], out nid);
        for (ushort type = 0; type < 32; type++)
        {
            ReadOnlySpan<byte> name = Name(type, out AddressForm form);
            if (form == AddressForm.Unnamed || !network.StartsWith(name)) continue;
            if (!TryParseNumber(network[name.Length..], out ushort number)) continue;
            return TryParseAddress(address, form, type, number, out nid);
        }

        return false;
    }

    /// <summary>The networks that have a name, and how their addresses are printed (lnet's nidstrings).</summary>
    private static ReadOnlySpan<byte> Name(ushort type, out AddressForm form)
    {
        form = type switch { 2 or 5 or 14 => AddressForm.Ip, 9 or 13 or 15 or 16 => AddressForm.Number, _ => AddressForm.Unnamed };
        return type switch
        {
            2 => "tcp"u8,
            5 => "o2ib"u8,
            9 => "lo"u8,
            13 => "gni"u8,
            14 => "gip"u8,
            15 => "ptlf"u8,
            16 => "kfi"u8,
            _ => default,
        };
    }

    private static bool TryParseNumber(ReadOnlySpan<byte> text, out ushort number)
    {
        number = 0;
        return text.IsEmpty || (Utf8Parser.TryParse(text, out number, out int used) && used == text.Length && text[0] != '+' && number > 0);
    }

    private static bool TryParseAddress(ReadOnlySpan<byte> text, AddressForm form, ushort type, ushort number, out Nid nid)
    {
        nid = default;
        if (form == AddressForm.Number)
        {
            if (!Utf8Parser.TryParse(text, out uint value, out int used) || used != text.Length || !char.IsAsciiDigit((char)text[0])) return false;
            nid = new(type, number, 0, (UInt128)value << 96);
            return true;
        }

        bool isWide = text.Contains((byte)':');
        if (!isWide && text.Count((byte)'.') != 3) return false;
        if (text.Contains((byte)'%') || text.Contains((byte)'[')) return false;
        if (!IPAddress.TryParse(Encoding.ASCII.GetString(text), out IPAddress? parsed)) return false;
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        if (!parsed.TryWriteBytes(bytes, out _)) return false;
        nid = new(type, number, isWide ? Ipv6ExtraBytes : (byte)0, System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes));
        return true;
    }

    private static bool TryParseUnnamed(ReadOnlySpan<byte> address, ReadOnlySpan<byte> network, out Nid nid)
    {
        nid = default;
        int colon = network.IndexOf((byte)':');
        if (colon < 0 || !Utf8Parser.TryParse(network[..colon], out ushort type, out int used) || used != colon) return false;
        if (!Utf8Parser.TryParse(network[(colon + 1)..], out ushort number, out used) || used != network.Length - colon - 1) return false;
        UInt128 value = 0;
        int words = 0;
        foreach (Range part in address.Split((byte)':'))
        {
            if (words == 4 || !Utf8Parser.TryParse(address[part], out uint word, out used, 'x') || used != address[part].Length) return false;
            value |= (UInt128)word << (96 - 32 * words++);
        }

        nid = new(type, number, (byte)(4 * words - 4), value);
        return true;
    }

    private static int WriteIpv4(uint address, Span<byte> destination)
    {
        int length = WriteDecimal(address >> 24, destination);
        for (int shift = 16; shift >= 0; shift -= 8)
        {
            destination[length++] = (byte)'.';
            length += WriteDecimal((address >> shift) & 255, destination[length..]);
        }

        return length;
    }

    /// <summary>As inet_ntop(3): the longest run of two or more zero words is <c>::</c>; an address that holds an IPv4 one shows it.</summary>
    private static int WriteIpv6(UInt128 address, Span<byte> destination)
    {
        (int runAt, int runLength) = LongestZeroRun(address);
        bool holdsIpv4 = runAt == 0 && (runLength == 6 || (runLength == 5 && Word(address, 5) == 0xffff));
        int length = 0;
        for (int i = 0; i < 8; i++)
        {
            if (i == runAt && runLength > 1)
            {
                length += Copy(i == 0 ? "::"u8 : ":"u8, destination[length..]);
                i += runLength - 1;
                continue;
            }

            if (i == 6 && holdsIpv4) return length + WriteIpv4((uint)address, destination[length..]);
            Utf8Formatter.TryFormat(Word(address, i), destination[length..], out int written, 'x');
            length += written;
            if (i < 7) destination[length++] = (byte)':';
        }

        return length;
    }

    private static (int At, int Length) LongestZeroRun(UInt128 address)
    {
        int bestAt = -1, best = 1;
        for (int i = 0; i < 8; i++)
        {
            int run = 0;
            while (i + run < 8 && Word(address, i + run) == 0) run++;
            if (run > best) (bestAt, best) = (i, run);
            i += run;
        }

        return (bestAt, best);
    }

    private static ushort Word(UInt128 address, int index) => (ushort)(address >> (112 - 16 * index));

    private static int WriteWords(in Nid nid, Span<byte> destination)
    {
        int length = 0, words = Math.Min(4, (nid.ExtraBytes + 7) / 4);
        for (int i = 0; i < words; i++)
        {
            if (i > 0) destination[length++] = (byte)':';
            Utf8Formatter.TryFormat((uint)(nid.Address >> (96 - 32 * i)), destination[length..], out int written, 'x');
            length += written;
        }

        return length;
    }

    private static int WriteDecimal(uint value, Span<byte> destination)
    {
        if (value < 10)
        {
            destination[0] = (byte)('0' + value);
            return 1;
        }

        value.TryFormat(destination, out int written, default, CultureInfo.InvariantCulture);
        return written;
    }

    private static int Copy(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        text.CopyTo(destination);
        return text.Length;
    }
}
