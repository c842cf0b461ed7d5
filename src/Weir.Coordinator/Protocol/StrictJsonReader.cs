using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Unicode;

namespace Weir.Coordinator.Protocol;

/// <summary>
/// Reads one complete JSON value as jansson's decoder does with JSON_ALLOW_NUL: strings are UTF-8 without lone surrogates, may have NULs, and
/// are not too long; integers fit into 64 bits; a key has no NUL. Every token is held against that, also where nobody looks at it.
/// </summary>
internal ref struct StrictJsonReader
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = ProtocolLimits.MaxDepth };

    private Utf8JsonReader _reader;

    /// <exception cref="ProtocolException">It is not UTF-8.</exception>
    public StrictJsonReader(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json)) throw new ProtocolException("A message is not UTF-8.");
        _reader = new(json, Options);
    }

    public readonly JsonTokenType Token => _reader.TokenType;

    /// <summary>Whether the number is an integer: it has neither a fraction nor an exponent.</summary>
    public readonly bool IsInteger => _reader.TokenType == JsonTokenType.Number && IsIntegerText(_reader.ValueSpan);

    /// <summary>The text between the quotes, when it has no escapes.</summary>
    public readonly bool HasEscapes => _reader.ValueIsEscaped;

    public readonly ReadOnlySpan<byte> RawText => _reader.ValueSpan;

    /// <summary>Goes to the next token; false at the end.</summary>
    /// <exception cref="ProtocolException">It is not JSON, or not as it may be.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Read()
    {
        try
        {
            if (!_reader.Read()) return false;
        }
        catch (JsonException exception)
        {
            throw new ProtocolException($"A message is not JSON: {exception.Message}", exception);
        }

        switch (_reader.TokenType)
        {
            case JsonTokenType.String or JsonTokenType.PropertyName:
                CheckString();
                break;
            case JsonTokenType.Number:
                CheckNumber();
                break;
        }

        return true;
    }

    /// <summary>Reads the next token, which must be there.</summary>
    public void ReadNext()
    {
        if (!Read()) throw new ProtocolException("A message ends too early.");
    }

    public readonly bool NameIs(ReadOnlySpan<byte> name) =>
        _reader.ValueIsEscaped ? _reader.ValueTextEquals(name) : _reader.ValueSpan.SequenceEqual(name);

    /// <summary>The integer; false when the token is anything else.</summary>
    public readonly bool TryGetInteger(out long value)
    {
        value = 0;
        return IsInteger && _reader.TryGetInt64(out value);
    }

    /// <summary>The string's bytes without escapes: in place, or in <paramref name="scratch"/>, which grows as it must.</summary>
    public readonly ReadOnlySpan<byte> GetText(ref byte[] scratch)
    {
        if (!_reader.ValueIsEscaped) return _reader.ValueSpan;
        if (scratch.Length < _reader.ValueSpan.Length) scratch = new byte[Math.Max(256, _reader.ValueSpan.Length)];
        int length = _reader.CopyString(scratch);
        return scratch.AsSpan(0, length);
    }

    /// <summary>Passes over the value that comes next, or over the one the reader is at the beginning of.</summary>
    public void Skip()
    {
        if (_reader.TokenType == JsonTokenType.PropertyName) ReadNext();
        int depth = _reader.CurrentDepth;
        if (_reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray)) return;
        do ReadNext();
        while (_reader.CurrentDepth > depth);
    }

    /// <summary>Reads to the end of the value, which then has been checked whole.</summary>
    public void Finish()
    {
        while (Read())
        {
        }
    }

    private readonly void CheckString()
    {
        if (!_reader.ValueIsEscaped)
        {
            if (_reader.ValueSpan.Length > ProtocolLimits.MaxStringBytes) throw TooLong();
            return;
        }

        int length = EscapedText.Measure(_reader.ValueSpan, out bool hasNul);
        if (length < 0) throw new ProtocolException("A string has half of a surrogate pair.");
        if (length > ProtocolLimits.MaxStringBytes) throw TooLong();
        if (hasNul && _reader.TokenType == JsonTokenType.PropertyName) throw new ProtocolException("A key has a NUL byte.");
    }

    private readonly void CheckNumber()
    {
        ReadOnlySpan<byte> text = _reader.ValueSpan;
        bool fits = IsIntegerText(text) ? _reader.TryGetInt64(out _) : Utf8Parser.TryParse(text, out double real, out _) && double.IsFinite(real);
        if (!fits) throw new ProtocolException("A number is too large.");
    }

    private static bool IsIntegerText(ReadOnlySpan<byte> text) => text.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0;

    private static ProtocolException TooLong() => new("A string is longer than is allowed.");
}
