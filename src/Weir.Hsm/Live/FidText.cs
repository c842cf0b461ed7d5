using System.Runtime.CompilerServices;
using Weir.Lustre;

namespace Weir.Hsm.Live;

/// <summary>Fids as text, where the text must come back byte for byte.</summary>
internal static class FidText
{
    /// <summary>Reads a fid exactly as the kernel prints it; false for any other text, also one that names a fid.</summary>
    public static bool TryParseExact(ReadOnlySpan<byte> text, out Fid fid)
    {
        fid = default;
        if (!TakePart(ref text, out ulong sequence) || text.IsEmpty || text[0] != ':') return false;
        text = text[1..];
        if (!TakePart(ref text, out ulong objectId) || objectId > uint.MaxValue || text.IsEmpty || text[0] != ':') return false;
        text = text[1..];
        if (!TakePart(ref text, out ulong version) || version > uint.MaxValue || !text.IsEmpty) return false;
        fid = new(sequence, (uint)objectId, (uint)version);
        return true;
    }

    /// <summary>0x and lower-case digits without leading zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TakePart(ref ReadOnlySpan<byte> text, out ulong value)
    {
        value = 0;
        if (text.Length < 3 || text[0] != '0' || text[1] != 'x') return false;
        int i = 2;
        for (; i < text.Length && i < 2 + 16; i++)
        {
            uint digit = (uint)text[i] - '0';
            if (digit > 9)
            {
                digit = (uint)text[i] - 'a';
                if (digit > 5) break;
                digit += 10;
            }

            value = (value << 4) | digit;
        }

        if (i == 2 || (i > 3 && text[2] == '0')) return false;
        text = text[i..];
        return true;
    }
}
