using System.Text;

namespace Weir.Feed.Consuming;

/// <summary>A pattern over UTF-8: <c>*</c> is anything, <c>?</c> one character, <c>\</c> takes the next character literally.</summary>
internal sealed class BytePattern
{
    /// <summary>Wildcards stand in here as bytes that UTF-8 never has.</summary>
    private const byte Any = 0xff;
    private const byte One = 0xfe;

    private readonly byte[] _pattern;
    private readonly bool _isLiteral;

    public BytePattern(string pattern)
    {
        var bytes = new List<byte>(pattern.Length);
        for (int i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '*':
                    if (bytes.Count == 0 || bytes[^1] != Any) bytes.Add(Any);
                    break;
                case '?':
                    bytes.Add(One);
                    break;
                default:
                    if (pattern[i] == '\\' && i + 1 < pattern.Length) i++;
                    int length = char.IsHighSurrogate(pattern[i]) && i + 1 < pattern.Length ? 2 : 1;
                    bytes.AddRange(Encoding.UTF8.GetBytes(pattern.Substring(i, length)));
                    i += length - 1;
                    break;
            }
        }

        _pattern = [.. bytes];
        _isLiteral = _pattern.AsSpan().IndexOfAny(Any, One) < 0;
    }

    public bool Matches(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> pattern = _pattern;
        if (_isLiteral) return text.SequenceEqual(pattern);
        int t = 0, p = 0, afterAny = -1, anyAt = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == Any)
            {
                afterAny = ++p;
                anyAt = t;
            }
            else if (p < pattern.Length && pattern[p] == One)
            {
                t += CharacterLength(text[t..]);
                p++;
            }
            else if (p < pattern.Length && pattern[p] == text[t])
            {
                t++;
                p++;
            }
            else if (afterAny >= 0)
            {
                // What the last star stands for is one byte longer.
                p = afterAny;
                t = ++anyAt;
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == Any) p++;
        return p == pattern.Length;
    }

    private static int CharacterLength(ReadOnlySpan<byte> text)
    {
        int length = 1;
        while (length < text.Length && length < 4 && (text[length] & 0xc0) == 0x80) length++;
        return length;
    }
}
