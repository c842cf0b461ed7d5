using System.Globalization;
using System.Text;

namespace Weir.BlockEvents.Rules.Files;

/// <summary>Takes a TOML text apart, piece by piece.</summary>
internal ref struct TomlReader(string text)
{
    private const int MaxDepth = 4;

    private readonly string _text = text;
    private int _at;

    /// <summary>The line on which the next piece stands, from 1.</summary>
    public int Line { get; private set; } = 1;

    private readonly char Next => _at < _text.Length ? _text[_at] : '\0';

    /// <summary>Passes over spaces, line ends and comments; false at the end.</summary>
    public bool SkipToContent()
    {
        while (_at < _text.Length)
        {
            SkipSpaces();
            if (Next == '#') SkipComment();
            if (_at == _text.Length) break;
            if (Next is not ('\n' or '\r')) return true;
            Advance();
        }

        return false;
    }

    public bool TryReadHeading(out string name, out bool isElement)
    {
        name = "";
        isElement = false;
        if (Next != '[') return false;
        isElement = _text.AsSpan(_at).StartsWith("[[");
        int open = isElement ? 2 : 1;
        string close = isElement ? "]]" : "]";
        int end = _text.AsSpan(_at + open).IndexOfAny(']', '\n');
        if (end < 0 || !_text.AsSpan(_at + open + end).StartsWith(close)) throw Error("has a heading that is not closed");
        name = string.Join('.', _text.Substring(_at + open, end).Split('.').Select(part => part.Trim().Trim('"')));
        if (name.Length == 0) throw Error("has a heading without a name");
        _at += open + end + close.Length;
        return true;
    }

    public string ReadKey()
    {
        int start = _at;
        string key;
        if (Next is '"' or '\'')
        {
            key = ReadString();
        }
        else
        {
            while (char.IsAsciiLetterOrDigit(Next) || Next is '_' or '-') _at++;
            key = _text[start.._at];
        }

        if (key.Length == 0) throw Error($"has '{Next}' where a key should be");
        SkipSpaces();
        if (Next == '.') throw Error("has a key with dots; write a table instead");
        if (Next != '=') throw Error($"has no '=' behind the key '{key}'");
        _at++;
        SkipSpaces();
        return key;
    }

    public TomlValue ReadValue() => ReadValue(0);

    public void ExpectLineEnd()
    {
        SkipSpaces();
        if (Next == '#') SkipComment();
        if (_at < _text.Length && Next is not ('\n' or '\r')) throw Error($"has '{Next}' where the line should end");
    }

    private TomlValue ReadValue(int depth)
    {
        int line = Line;
        if (Next is '"' or '\'') return new(ReadString(), line);
        if (Next == '[') return new(ReadArray(depth + 1), line);
        if (Next == '{') throw Error("has an inline table, which a file of rules may not");
        int start = _at;
        while (_at < _text.Length && !(char.IsWhiteSpace(Next) || Next is ',' or ']' or '#')) _at++;
        string word = _text[start.._at];
        if (word is "true" or "false") return new(word == "true", line);
        if (long.TryParse(word.Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)) return new(number, line);
        throw Error(word.Length == 0 ? "has no value behind '='" : $"has the value '{word}', which is no string (in quotes), whole number, true or false");
    }

    private List<TomlValue> ReadArray(int depth)
    {
        if (depth > MaxDepth) throw Error($"has arrays more than {MaxDepth} deep");
        _at++;
        var items = new List<TomlValue>();
        while (true)
        {
            if (!SkipToContent()) throw Error("has an array that is not closed");
            if (Next == ']')
            {
                _at++;
                return items;
            }

            items.Add(ReadValue(depth));
            if (!SkipToContent()) throw Error("has an array that is not closed");
            if (Next == ',') _at++;
            else if (Next != ']') throw Error("has no comma between two items of an array");
        }
    }

    private string ReadString()
    {
        char quote = Next;
        string three = new(quote, 3);
        bool isLong = _text.AsSpan(_at).StartsWith(three);
        int start = Line;
        _at += isLong ? 3 : 1;
        if (isLong && Next == '\r') Advance();
        if (isLong && Next == '\n') Advance();
        var content = new StringBuilder();
        while (true)
        {
            if (_at == _text.Length || (!isLong && Next == '\n')) throw new TomlException(start, "has a string that is not closed");
            if (isLong ? _text.AsSpan(_at).StartsWith(three) : Next == quote)
            {
                _at += isLong ? 3 : 1;
                // Up to two quotes may stand before the closing ones.
                for (int more = 0; isLong && more < 2 && Next == quote; more++, _at++) content.Append(quote);
                return content.ToString();
            }

            if (quote == '"' && Next == '\\') ReadEscape(content, isLong);
            else
            {
                content.Append(Next);
                Advance();
            }
        }
    }

    private void ReadEscape(StringBuilder content, bool isLong)
    {
        _at++;
        char c = Next;
        if (isLong && c is '\n' or '\r' or ' ' or '\t')
        {
            while (char.IsWhiteSpace(Next)) Advance();
            return;
        }

        _at++;
        switch (c)
        {
            case 'n': content.Append('\n'); break;
            case 't': content.Append('\t'); break;
            case 'r': content.Append('\r'); break;
            case 'b': content.Append('\b'); break;
            case 'f': content.Append('\f'); break;
            case '"' or '\\': content.Append(c); break;
            case 'u' or 'U':
                int digits = c == 'u' ? 4 : 8;
                if (_at + digits > _text.Length || !int.TryParse(_text.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, null, out int point) || !Rune.IsValid(point))
                    throw Error($"has \\{c} without {digits} digits of a character behind it");
                content.Append(new Rune(point).ToString());
                _at += digits;
                break;
            default:
                throw Error($"has the escape \\{c}, which is none; strings in single quotes have no escapes");
        }
    }

    private void SkipSpaces()
    {
        while (Next is ' ' or '\t') _at++;
    }

    private void SkipComment()
    {
        while (_at < _text.Length && Next != '\n') _at++;
    }

    private void Advance()
    {
        if (Next == '\n') Line++;
        _at++;
    }

    private readonly TomlException Error(string message) => new(Line, message);
}
