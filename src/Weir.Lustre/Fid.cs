using System.Text;
using Weir.Lustre.HsmFiles;

namespace Weir.Lustre;

/// <summary>
/// A Lustre file identifier. Its text is the kernel's DFID, <c>[0x200000401:0x1:0x0]</c>; glibc programs such as
/// <c>lfs</c> print a zero sequence as <c>0</c> where the kernel prints <c>0x0</c>, and both are read.
/// </summary>
/// <param name="Sequence">The sequence the object was allocated from.</param>
/// <param name="ObjectId">The object within the sequence.</param>
/// <param name="Version">0 for every object there is today.</param>
public readonly record struct Fid(ulong Sequence, uint ObjectId, uint Version) : IUtf8SpanFormattable
{
    /// <summary>The most bytes a fid takes as text without brackets.</summary>
    public const int MaxTextLength = 40;

    /// <summary>Reads the three parts, with or without brackets. False when anything is missing, too big or left over.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8Text, out Fid fid)
    {
        fid = default;
        if (utf8Text.Length >= 2 && utf8Text[0] == '[' && utf8Text[^1] == ']') utf8Text = utf8Text[1..^1];
        int first = utf8Text.IndexOf((byte)':');
        if (first < 0) return false;
        int second = utf8Text[(first + 1)..].IndexOf((byte)':');
        if (second < 0) return false;
        second += first + 1;
        if (!TryParsePart(utf8Text[..first], ulong.MaxValue, out ulong sequence)) return false;
        if (!TryParsePart(utf8Text[(first + 1)..second], uint.MaxValue, out ulong objectId)) return false;
        if (!TryParsePart(utf8Text[(second + 1)..], uint.MaxValue, out ulong version)) return false;
        fid = new(sequence, (uint)objectId, (uint)version);
        return true;
    }

    /// <summary>Writes the fid as the kernel prints it, without brackets: <c>0x2000057b4:0x1d648:0x0</c>.</summary>
    public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten)
    {
        bytesWritten = 0;
        Span<byte> text = stackalloc byte[MaxTextLength];
        var line = new LineComposer(text);
        line.Hex(Sequence);
        line.Literal(":"u8);
        line.Hex(ObjectId);
        line.Literal(":"u8);
        line.Hex(Version);
        if (!text[..line.Length].TryCopyTo(utf8Destination)) return false;
        bytesWritten = line.Length;
        return true;
    }

    public override string ToString()
    {
        Span<byte> text = stackalloc byte[MaxTextLength];
        TryFormat(text, out int written);
        return Encoding.ASCII.GetString(text[..written]);
    }

    bool IUtf8SpanFormattable.TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        TryFormat(utf8Destination, out bytesWritten);

    private static bool TryParsePart(ReadOnlySpan<byte> text, ulong max, out ulong value)
    {
        value = 0;
        bool isPrefixed = text.StartsWith("0x"u8);
        if (!isPrefixed && !text.SequenceEqual("0"u8)) return false;
        return NumberText.TryParse(text, out value) && value <= max;
    }
}
