using System.Buffers;
using System.Buffers.Text;

namespace Weir.Coordinator.Protocol;

/// <summary>
/// Writes JSON as jansson's encoder does with its default flags: <c>", "</c> between members, <c>": "</c> after keys, UTF-8 as it is, control
/// characters as <c>\b \f \n \r \t</c> or <c>\u00XX</c> in upper case. Not thread-safe.
/// </summary>
public sealed class JsonComposer
{
    private static readonly SearchValues<byte> Escaped = SearchValues.Create(
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, (byte)'"', (byte)'\\']);

    private byte[] _buffer;
    private bool _hasMember;

    public JsonComposer(int capacityBytes = 4096) => _buffer = new byte[capacityBytes];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, Length);

    public ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(0, Length);

    /// <summary>Forgets what was written, and memory beyond <paramref name="keepBytes"/>.</summary>
    public void Clear(int keepBytes = int.MaxValue)
    {
        Length = 0;
        _hasMember = false;
        if (_buffer.Length > keepBytes) _buffer = new byte[Math.Min(keepBytes, 4096)];
    }

    /// <summary>Takes back what was written from <paramref name="length"/> on; more members may follow.</summary>
    public void CutTo(int length)
    {
        Length = length;
        _hasMember = length > 0 && _buffer[length - 1] is not ((byte)'{' or (byte)'[');
    }

    /// <summary>What follows is a message of its own: nothing separates it from what stands before.</summary>
    public void BeginMessage() => _hasMember = false;

    public void BeginObject()
    {
        Separate();
        Raw("{"u8);
        _hasMember = false;
    }

    public void BeginObject(ReadOnlySpan<byte> key)
    {
        Key(key);
        Raw("{"u8);
        _hasMember = false;
    }

    public void EndObject()
    {
        Raw("}"u8);
        _hasMember = true;
    }

    public void BeginArray(ReadOnlySpan<byte> key)
    {
        Key(key);
        Raw("["u8);
        _hasMember = false;
    }

    public void EndArray()
    {
        Raw("]"u8);
        _hasMember = true;
    }

    public void Member(ReadOnlySpan<byte> key, long value)
    {
        Key(key);
        Number(value);
    }

    /// <summary>A member that is left out when it is 0.</summary>
    public void MemberUnlessZero(ReadOnlySpan<byte> key, long value)
    {
        if (value != 0) Member(key, value);
    }

    public void Member(ReadOnlySpan<byte> key, ReadOnlySpan<byte> text)
    {
        Key(key);
        String(text);
    }

    /// <summary>A value in an array.</summary>
    public void Value(long value)
    {
        Separate();
        Number(value);
    }

    /// <summary>A value in an array.</summary>
    public void Value(ReadOnlySpan<byte> text)
    {
        Separate();
        String(text);
    }

    public void MemberBase64(ReadOnlySpan<byte> key, ReadOnlySpan<byte> bytes)
    {
        Key(key);
        Raw("\""u8);
        Span<byte> place = Reserve(Base64.GetMaxEncodedToUtf8Length(bytes.Length));
        Base64.EncodeToUtf8(bytes, place, out _, out int written);
        Length += written;
        Raw("\""u8);
    }

    /// <summary>JSON, or a part of it, as it is.</summary>
    public void Raw(ReadOnlySpan<byte> json)
    {
        json.CopyTo(Reserve(json.Length));
        Length += json.Length;
    }

    private void Key(ReadOnlySpan<byte> key)
    {
        Separate();
        Span<byte> place = Reserve(key.Length + 4);
        place[0] = (byte)'"';
        key.CopyTo(place[1..]);
        "\": "u8.CopyTo(place[(key.Length + 1)..]);
        Length += key.Length + 4;
    }

    private void Separate()
    {
        if (_hasMember) Raw(", "u8);
        _hasMember = true;
    }

    private void Number(long value)
    {
        Utf8Formatter.TryFormat(value, Reserve(20), out int written);
        Length += written;
    }

    private void String(ReadOnlySpan<byte> text)
    {
        Raw("\""u8);
        while (true)
        {
            int next = text.IndexOfAny(Escaped);
            if (next < 0) break;
            Raw(text[..next]);
            Escape(text[next]);
            text = text[(next + 1)..];
        }

        Raw(text);
        Raw("\""u8);
    }

    private void Escape(byte value)
    {
        switch (value)
        {
            case (byte)'"':
                Raw("\\\""u8);
                break;
            case (byte)'\\':
                Raw(@"\\"u8);
                break;
            case (byte)'\b':
                Raw(@"\b"u8);
                break;
            case (byte)'\f':
                Raw(@"\f"u8);
                break;
            case (byte)'\n':
                Raw(@"\n"u8);
                break;
            case (byte)'\r':
                Raw(@"\r"u8);
                break;
            case (byte)'\t':
                Raw(@"\t"u8);
                break;
            default:
                ReadOnlySpan<byte> digits = "0123456789ABCDEF"u8;
                Raw([(byte)'\\', (byte)'u', (byte)'0', (byte)'0', digits[value >> 4], digits[value & 15]]);
                break;
        }
    }

    private Span<byte> Reserve(int count)
    {
        if (_buffer.Length - Length < count) Array.Resize(ref _buffer, (int)Math.Min(Array.MaxLength, Math.Max(2L * _buffer.Length, (long)Length + count)));
        return _buffer.AsSpan(Length);
    }
}
