namespace Weir.Coordinator.Protocol;

/// <summary>JSON strings as they stand between their quotes (RFC 8259, section 7).</summary>
internal static class EscapedText
{
    /// <summary>
    /// How many UTF-8 bytes a string with well-formed escapes stands for; -1 when half of a surrogate pair is among them.
    /// </summary>
    public static int Measure(ReadOnlySpan<byte> text, out bool hasNul)
    {
        hasNul = false;
        int length = 0;
        while (true)
        {
            int next = text.IndexOf((byte)'\\');
            if (next < 0) return length + text.Length;
            length += next;
            text = text[next..];
            if (text[1] != (byte)'u')
            {
                length++;
                text = text[2..];
                continue;
            }

            int unit = ReadUnit(text);
            text = text[6..];
            hasNul |= unit == 0;
            if (char.IsLowSurrogate((char)unit)) return -1;
            if (!char.IsHighSurrogate((char)unit))
            {
                length += unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
                continue;
            }

            if (text.Length < 6 || text[0] != (byte)'\\' || text[1] != (byte)'u' || !char.IsLowSurrogate((char)ReadUnit(text))) return -1;
            text = text[6..];
            length += 4;
        }
    }

    private static int ReadUnit(ReadOnlySpan<byte> text)
    {
        int unit = 0;
        foreach (byte digit in text[2..6]) unit = unit << 4 | (digit <= (byte)'9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        return unit;
    }
}
