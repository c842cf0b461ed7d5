using System.Globalization;

namespace Weir.Server.Configuration;

/// <summary>Amounts of bytes as configuration writes them: <c>4096</c>, <c>64K</c>, <c>512M</c>, <c>10G</c>, <c>1T</c>, in powers of 1024 (<c>KiB</c> and so on say the same).</summary>
public static class ByteSize
{
    /// <summary>What the message says is expected.</summary>
    public const string Expected = "a number of bytes such as 4096, 64K, 512M, 10G or 1T";

    private const string Units = "KMGTP";

    public static bool TryParse(ReadOnlySpan<char> text, out long bytes)
    {
        bytes = 0;
        text = text.Trim();
        if (text.EndsWith("iB", StringComparison.Ordinal)) text = text[..^2];
        int shift = 0;
        if (!text.IsEmpty && Units.IndexOf(text[^1]) is >= 0 and var unit)
        {
            shift = 10 * (unit + 1);
            text = text[..^1];
        }

        if (!long.TryParse(text.TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out long count) || count > long.MaxValue >> shift) return false;
        bytes = count << shift;
        return true;
    }

    /// <summary>The shortest exact text, e.g. <c>10G</c>.</summary>
    public static string Format(long bytes)
    {
        int unit = 0;
        while (bytes != 0 && bytes % 1024 == 0 && unit < Units.Length)
        {
            bytes /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{bytes}{(unit == 0 ? "" : Units[unit - 1].ToString())}");
    }
}
