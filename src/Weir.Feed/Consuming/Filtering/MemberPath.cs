using System.Text;
using System.Text.Json;

namespace Weir.Feed.Consuming;

/// <summary>A JSON value that a member is compared with.</summary>
internal sealed class MemberValue
{
    private readonly JsonTokenType _kind;
    private readonly byte[] _utf8;
    private readonly string _text;
    private readonly double _number;

    private MemberValue(JsonTokenType kind, string text)
    {
        _kind = kind;
        _text = text;
        _utf8 = Encoding.UTF8.GetBytes(text);
        if (kind == JsonTokenType.Number) _number = double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
    }

    public static MemberValue Text(string text) => new(JsonTokenType.String, text);

    /// <param name="text">A number as JSON writes it.</param>
    public static MemberValue Number(string text) => new(JsonTokenType.Number, text);

    /// <summary>What stands without quotes: a JSON literal, or else a string.</summary>
    public static MemberValue Bare(string text) => text switch
    {
        "true" => new(JsonTokenType.True, text),
        "false" => new(JsonTokenType.False, text),
        "null" => new(JsonTokenType.Null, text),
        _ => IsNumber(text) ? Number(text) : Text(text),
    };

    public bool Matches(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != _kind) return false;
        if (_kind == JsonTokenType.String) return reader.ValueTextEquals(_utf8);
        if (_kind != JsonTokenType.Number) return true;

        // Whole numbers of 64 bits are compared as such: a double would take neighbours for equal.
        if (reader.ValueSpan.SequenceEqual(_utf8)) return true;
        bool isPlain = _utf8.AsSpan().IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0 && reader.ValueSpan.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0;
        return !isPlain && reader.TryGetDouble(out double number) && number == _number;
    }

    public override string ToString() => _kind != JsonTokenType.String ? _text
        : Bare(_text)._kind == JsonTokenType.String ? FilterText.Quote(_text) : FilterText.QuoteAlways(_text);

    private static bool IsNumber(string text)
    {
        if (text.Length is 0 or > 64 || !(char.IsAsciiDigit(text[0]) || text[0] == '-')) return false;
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
            return reader.Read() && reader.TokenType == JsonTokenType.Number && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

/// <summary>The way to a member of a record's data.</summary>
internal sealed class MemberPath(byte[][] names)
{
    /// <summary>
    /// Whether the member is there and is one of the values. Where a JSON object has the name more than once, every one must be: who
    /// reads another of them than we do must not be shown what he is not to see.
    /// </summary>
    public bool Matches(ReadOnlySpan<byte> data, MemberValue[] values)
    {
        // Without the name (and without escapes that could write it otherwise) there is no need to read on.
        if (data.IndexOf(names[^1]) < 0 && data.IndexOf((byte)'\\') < 0) return false;
        try
        {
            var reader = new Utf8JsonReader(data);
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject && Find(ref reader, 0, values) == true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Reads an object to its end; null when the member is not in it.</summary>
    private bool? Find(ref Utf8JsonReader reader, int depth, MemberValue[] values)
    {
        bool? matches = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isIt = reader.ValueTextEquals(names[depth]);
            reader.Read();
            if (!isIt)
            {
                reader.Skip();
                continue;
            }

            bool isMatch = false;
            if (depth + 1 == names.Length)
            {
                foreach (MemberValue value in values) isMatch |= value.Matches(ref reader);
                reader.Skip();
            }
            else if (reader.TokenType == JsonTokenType.StartObject)
            {
                isMatch = Find(ref reader, depth + 1, values) == true;
            }
            else
            {
                reader.Skip();
            }

            matches = isMatch && matches != false;
        }

        return matches;
    }
}
