using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text.Unicode;
using Weir.Lustre;

namespace Weir.Changelogs.Records;

/// <summary>Puts a JSON object together in a buffer that its caller made big enough (<see cref="MaxTextBytes"/>).</summary>
internal ref struct JsonComposer(Span<byte> buffer)
{
    private static readonly SearchValues<byte> Special = CreateSpecial();

    private readonly Span<byte> _buffer = buffer;

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>The most that <see cref="Text"/> takes for so many bytes: each one as \u00XX, or a third more in base64.</summary>
    public static int MaxTextBytes(int bytes) => 6 * bytes + 8;

    public void Raw(ReadOnlySpan<byte> json)
    {
        json.CopyTo(_buffer[Length..]);
        Length += json.Length;
    }

    public void Number(ulong value)
    {
        Utf8Formatter.TryFormat(value, _buffer[Length..], out int written);
        Length += written;
    }

    /// <summary>A number as a string in hexadecimal, quotes included.</summary>
    public void Hex(ulong value)
    {
        Raw("\"0x"u8);
        Utf8Formatter.TryFormat(value, _buffer[Length..], out int written, 'x');
        Length += written;
        Raw("\""u8);
    }

    public void HexBytes(ReadOnlySpan<byte> bytes)
    {
        Raw("\""u8);
        Convert.TryToHexStringLower(bytes, _buffer[Length..], out int written);
        Length += written;
        Raw("\""u8);
    }

    /// <summary>A fid as a string, quotes included.</summary>
    public void Fid(in Fid fid)
    {
        Raw("\""u8);
        fid.TryFormat(_buffer[Length..], out int written);
        Length += written;
        Raw("\""u8);
    }

    public void TwoDigits(uint value)
    {
        _buffer[Length] = (byte)('0' + value / 10);
        _buffer[Length + 1] = (byte)('0' + value % 10);
        Length += 2;
    }

    public void NineDigits(uint value)
    {
        for (int i = 8; i >= 0; i--)
        {
            _buffer[Length + i] = (byte)('0' + value % 10);
            value /= 10;
        }

        Length += 9;
    }

    /// <summary>Room to write into directly; <see cref="Advance"/> says how much was.</summary>
    public readonly Span<byte> Rest => _buffer[Length..];

    public void Advance(int bytes) => Length += bytes;

    /// <summary>
    /// A comma and a member of text: <c>,"name":"…"</c>, or <c>,"name_b64":"…"</c> when the bytes are not UTF-8.
    /// </summary>
    /// <param name="plainStart">The comma, the name, the colon and the quote.</param>
    /// <param name="base64Start">The same with the other name.</param>
    public void Text(ReadOnlySpan<byte> plainStart, ReadOnlySpan<byte> base64Start, ReadOnlySpan<byte> text)
    {
        if (text.IndexOfAny(Special) < 0)
        {
            Raw(plainStart);
            Raw(text);
        }
        else if (Utf8.IsValid(text))
        {
            Raw(plainStart);
            Escaped(text);
        }
        else
        {
            Raw(base64Start);
            Base64.EncodeToUtf8(text, _buffer[Length..], out _, out int written);
            Length += written;
        }

        Raw("\""u8);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Escaped(ReadOnlySpan<byte> text)
    {
        foreach (byte b in text)
        {
            if (b is (byte)'"' or (byte)'\\')
            {
                _buffer[Length++] = (byte)'\\';
                _buffer[Length++] = b;
            }
            else if (b < 0x20 || b == 0x7f)
            {
                Raw("\\u00"u8);
                _buffer[Length++] = "0123456789abcdef"u8[b >> 4];
                _buffer[Length++] = "0123456789abcdef"u8[b & 15];
            }
            else
            {
                _buffer[Length++] = b;
            }
        }
    }

    private static SearchValues<byte> CreateSpecial()
    {
        Span<byte> special = stackalloc byte[256];
        int count = 0;
        for (int b = 0; b < 256; b++)
        {
            if (b is < 0x20 or '"' or '\\' or >= 0x7f) special[count++] = (byte)b;
        }

        return SearchValues.Create(special[..count]);
    }
}
