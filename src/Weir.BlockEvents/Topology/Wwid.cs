using System.Text;

namespace Weir.BlockEvents.Topology;

/// <summary>Identities of devices as text.</summary>
internal static class Wwid
{
    /// <summary>As Peripety writes it: blanks in the identity become one <c>-</c>, fillers at the end go.</summary>
    public static string Tidy(string text)
    {
        var tidy = new StringBuilder(text.Length);
        foreach (char c in text.Trim(' ', '\t', '\0'))
        {
            if (c is not (' ' or '\t')) tidy.Append(c);
            else if (tidy.Length > 0 && tidy[^1] != '-') tidy.Append('-');
        }

        string result = tidy.ToString();
        while (result.EndsWith("\\0", StringComparison.Ordinal)) result = result[..^2];
        return result.TrimEnd('-');
    }

    /// <summary>
    /// The best identity of a VPD page 0x83 (SPC-4, 7.8.6): NAA before EUI-64 before T10 vendor, of the logical unit. Null when it has none.
    /// </summary>
    public static string? FromPage83(ReadOnlySpan<byte> page)
    {
        if (page.Length < 4 || page[1] != 0x83) return null;
        int length = Math.Min((page[2] << 8) | page[3], page.Length - 4);
        ReadOnlySpan<byte> rest = page.Slice(4, length);
        (int rank, string? best) = (0, null);
        while (rest.Length >= 4)
        {
            int size = rest[3];
            if (rest.Length < 4 + size) break;
            ReadOnlySpan<byte> body = rest.Slice(4, size);
            bool isOfUnit = (rest[1] & 0x30) == 0;
            (int found, string? text) = (rest[1] & 0x0F) switch
            {
                3 => (3, "naa." + Convert.ToHexStringLower(body)),
                2 => (2, "eui." + Convert.ToHexStringLower(body)),
                1 when (rest[0] & 0x0F) == 2 => (1, "t10." + Tidy(Encoding.ASCII.GetString(body))),
                _ => (0, null),
            };
            if (isOfUnit && found > rank && size > 0) (rank, best) = (found, text);
            rest = rest[(4 + size)..];
        }

        return best;
    }
}
