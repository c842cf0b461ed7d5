using System.Text;

namespace Weir.BlockEvents.Rules.Wordings;

/// <summary>A wording that cannot be read; the message says where and why.</summary>
internal sealed class WordingException(string message) : Exception(message);

/// <summary>
/// Reads wordings: the kernel's format strings with what varies named. Literal text stands for itself, <c>{name:type}</c> for a field
/// (the type <c>dev</c> when it is called kdev, else <c>word</c>), <c>*</c> for anything, <c>&lt;a|b|&gt;</c> for one of several, <c>$</c> at the
/// end (also of one of several) for the end of the line, and <c>\</c> takes the meaning from the character behind it. A wording starts at the line's start and,
/// without <c>$</c>, leaves open what follows. Described in docs/storage-events.md.
/// </summary>
internal ref struct WordingParser
{
    private const int MaxDepth = 4;
    private const int MaxFields = 32;
    private const int MaxLength = 4000;

    private readonly ReadOnlySpan<char> _text;
    private int _at;
    private int _fields;

    private WordingParser(string text) => _text = text;

    /// <exception cref="WordingException">It is none.</exception>
    public static WordingNode Parse(string text)
    {
        if (text.Length is 0 or > MaxLength) throw new WordingException($"has not 1 to {MaxLength} characters");
        var parser = new WordingParser(text);
        WordingNode node = parser.ReadSequence(0);
        if (parser._at < text.Length) throw new WordingException($"'{text[parser._at]}' at {parser._at} closes nothing; a backslash before it makes it text");
        return node;
    }

    private Sequence ReadSequence(int depth)
    {
        var parts = new List<WordingNode>();
        var literal = new StringBuilder();
        while (_at < _text.Length)
        {
            char c = _text[_at];
            if (c is '>' or '|' && depth > 0) break;
            if (c == '>') throw new WordingException($"'>' at {_at} closes nothing; a backslash before it makes it text");
            _at++;
            switch (c)
            {
                case '\\':
                    if (_at == _text.Length) throw new WordingException("ends with a backslash");
                    literal.Append(_text[_at++]);
                    break;
                case '{':
                    Flush();
                    parts.Add(ReadField());
                    break;
                case '<':
                    Flush();
                    parts.Add(ReadChoice(depth + 1));
                    break;
                case '*':
                    Flush();
                    parts.Add(new Run(ByteSet.All, 0, true));
                    break;
                case '$' when _at == _text.Length || (depth > 0 && _text[_at] is '|' or '>'):
                    Flush();
                    parts.Add(new LineEnd());
                    break;
                default:
                    literal.Append(c);
                    break;
            }
        }

        Flush();
        return new(parts);

        void Flush()
        {
            if (literal.Length == 0) return;
            parts.Add(new Literal(Encoding.UTF8.GetBytes(literal.ToString())));
            literal.Clear();
        }
    }

    private WordingNode ReadField()
    {
        int end = _text[_at..].IndexOf('}');
        if (end < 0) throw new WordingException($"'{{' at {_at - 1} is not closed");
        string body = _text.Slice(_at, end).ToString();
        _at += end + 1;
        int colon = body.IndexOf(':', StringComparison.Ordinal);
        string name = colon < 0 ? body : body[..colon];
        string type = colon < 0 ? name == "kdev" ? "dev" : "word" : body[(colon + 1)..];
        if (name.Any(c => !(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_')))
            throw new WordingException($"the field '{name}' has a name that is not of lower-case letters, digits and _");
        WordingNode part = FieldTypes.Find(type) ?? throw new WordingException($"the field '{name}' has the type '{type}', which is none of {string.Join(", ", FieldTypes.Names.Order())}");
        if (name.Length == 0) return part;
        if (++_fields > MaxFields) throw new WordingException($"has more than {MaxFields} fields");
        // One string for each name, so that they can be compared by reference.
        return new Named(string.Intern(name), part);
    }

    private Choice ReadChoice(int depth)
    {
        int start = _at - 1;
        if (depth > MaxDepth) throw new WordingException($"'<' at {start} lies more than {MaxDepth} deep");
        var options = new List<WordingNode>();
        do
        {
            options.Add(ReadSequence(depth));
            if (_at == _text.Length) throw new WordingException($"'<' at {start} is not closed");
        }
        while (_text[_at++] == '|');
        return new(options);
    }
}
