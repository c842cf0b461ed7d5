using System.Runtime.CompilerServices;

namespace Weir.Lustre.HsmFiles;

/// <summary>Numbers as the kernel prints them: <c>%#llx</c> (0x…), <c>%d</c>, <c>%llu</c>. Nothing may be left over, nothing may overflow.</summary>
internal static class NumberText
{
    /// <summary>Hexadecimal after 0x, decimal otherwise.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out ulong value)
    {
        int used = text.Length > 1 && text[0] == '0' && (text[1] | 0x20) == 'x' ? TakeHex(text, out value) : TakeDecimal(text, out value);
        return used > 0 && used == text.Length;
    }

    public static bool TryParse(ReadOnlySpan<byte> text, out uint value)
    {
        bool isNumber = TryParse(text, out ulong wide) && wide <= uint.MaxValue;
        value = isNumber ? (uint)wide : 0;
        return isNumber;
    }

    /// <summary>An unsigned field that the kernel prints with <c>%d</c>: from 2^31 on it shows as negative.</summary>
    public static bool TryParsePrintedSigned(ReadOnlySpan<byte> text, out uint value)
    {
        if (text.IsEmpty || text[0] != '-') return TryParse(text, out value);
        value = 0;
        if (TakeDecimal(text[1..], out ulong magnitude) != text.Length - 1 || magnitude is 0 or > 0x8000_0000) return false;
        value = (uint)-(long)magnitude;
        return true;
    }

    /// <summary>Two numbers with a separator between them.</summary>
    public static bool TryParsePair(ReadOnlySpan<byte> text, byte separator, out ulong first, out ulong second)
    {
        first = second = 0;
        int at = text.IndexOf(separator);
        return at >= 0 && TryParse(text[..at], out first) && TryParse(text[(at + 1)..], out second);
    }

    /// <summary>How many bytes from the start are decimal digits, and their value; 0 when there are none or they overflow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int TakeDecimal(ReadOnlySpan<byte> text, out ulong value)
    {
        value = 0;
        int i = 0;
        for (; i < text.Length; i++)
        {
            uint digit = (uint)text[i] - '0';
            if (digit > 9) break;

            // 19 digits always fit; only what follows needs the check.
            if (i >= 19 && (value > ulong.MaxValue / 10 || value * 10 > ulong.MaxValue - digit)) return 0;
            value = value * 10 + digit;
        }

        return i;
    }

    /// <summary>How many bytes from the start are <c>0x</c> and hexadecimal digits, and their value; 0 when there are none or they overflow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int TakeHex(ReadOnlySpan<byte> text, out ulong value)
    {
        value = 0;
        if (text.Length < 3 || text[0] != '0' || (text[1] | 0x20) != 'x') return 0;
        int i = 2;
        for (; i < text.Length; i++)
        {
            uint digit = (uint)text[i] - '0';
            if (digit > 9)
            {
                digit = ((uint)text[i] | 0x20) - 'a';
                if (digit > 5) break;
                digit += 10;
            }

            if (value >> 60 != 0) return 0;
            value = (value << 4) | digit;
        }

        return i == 2 ? 0 : i;
    }
}
