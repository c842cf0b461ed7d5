using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Weir.Hsm.Events;

/// <summary>Text into the inside of a JSON string (RFC 8259, section 7). Nearly all of it is plain and copied as it is.</summary>
internal static class JsonText
{
    private static readonly SearchValues<byte> Special = CreateSpecial();

    /// <summary>Whether the text is ASCII without anything to escape.</summary>
    public static bool IsPlain(ReadOnlySpan<byte> text) => text.IndexOfAny(Special) < 0;

    /// <summary>The most bytes that <see cref="Write"/> needs for the text.</summary>
    public static int MaxLength(ReadOnlySpan<byte> text) => IsPlain(text) ? text.Length : 6 * text.Length;

    /// <summary>Writes the text escaped; what is not UTF-8 becomes U+FFFD. Returns the bytes written.</summary>
    public static int Write(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        if (!IsPlain(text)) return WriteEscaped(text, destination);
        text.CopyTo(destination);
        return text.Length;
    }

    private static SearchValues<byte> CreateSpecial()
    {
        Span<byte> special = stackalloc byte[256];
        int count = 0;
        for (int b = 0; b < 256; b++)
        {
            if (b is < 0x20 or '"' or '\\' or >= 0x80) special[count++] = (byte)b;
        }

        return SearchValues.Create(special[..count]);
    }

    private static int WriteEscaped(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        bool isValid = Utf8.IsValid(text);
        int written = 0;
        while (!text.IsEmpty)
        {
            byte b = text[0];
            int used = 1;
            if (b is (byte)'"' or (byte)'\\')
            {
                destination[written++] = (byte)'\\';
                destination[written++] = b;
            }
            else if (b < 0x20)
            {
                "\\u00"u8.CopyTo(destination[written..]);
                destination[written + 4] = (byte)('0' + (b >> 4));
                destination[written + 5] = (byte)((b & 15) < 10 ? '0' + (b & 15) : 'a' + (b & 15) - 10);
                written += 6;
            }
            else if (b < 0x80 || isValid)
            {
                destination[written++] = b;
            }
            else
            {
                Rune.DecodeFromUtf8(text, out Rune rune, out used);
                written += rune.EncodeToUtf8(destination[written..]);
            }

            text = text[used..];
        }

        return written;
    }
}
