using System.Buffers.Text;

namespace Weir.Hsm.Events;

/// <summary>Single fields of a line of <c>hsm/actions</c>, where the rest of it is not wanted.</summary>
internal static class RawLine
{
    /// <summary>The request's number; 0 when the line has none.</summary>
    public static ulong FindCookie(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> value = Find(line, "compound/cookie="u8);
        int slash = value.IndexOf((byte)'/');
        return slash >= 0 && TryParseHex(value[(slash + 1)..], out ulong cookie) ? cookie : 0;
    }

    /// <summary>The archive's number; 0 when the line has none.</summary>
    public static uint FindArchiveId(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> value = Find(line, "archive#="u8);
        return Utf8Parser.TryParse(value, out uint archiveId, out int used) && used == value.Length ? archiveId : 0;
    }

    /// <summary>0x and digits, nothing after them.</summary>
    public static bool TryParseHex(ReadOnlySpan<byte> text, out ulong value)
    {
        value = 0;
        return text.Length > 2 && text[0] == '0' && (text[1] | 0x20) == 'x'
            && Utf8Parser.TryParse(text[2..], out value, out int used, 'x') && used == text.Length - 2;
    }

    private static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name)
    {
        int at = line.IndexOf(name);
        if (at < 0) return default;
        ReadOnlySpan<byte> value = line[(at + name.Length)..];
        int end = value.IndexOf((byte)' ');
        return end < 0 ? value : value[..end];
    }
}
