using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Weir.BlockEvents.Rules.Matching;

/// <summary>
/// Turns regular expressions in the syntax of Rust's <c>regex</c>, which the original's files have, into .NET's. Where both mean the same nothing
/// changes; what .NET would silently read otherwise is translated or refused.
/// </summary>
internal static class RustSyntax
{
    /// <summary>Classes of POSIX as they stand within brackets.</summary>
    private static readonly FrozenDictionary<string, string> Classes = new Dictionary<string, string>
    {
        ["alnum"] = "0-9A-Za-z",
        ["alpha"] = "A-Za-z",
        ["ascii"] = @"\x00-\x7F",
        ["blank"] = @"\t ",
        ["cntrl"] = @"\x00-\x1F\x7F",
        ["digit"] = "0-9",
        ["graph"] = "!-~",
        ["lower"] = "a-z",
        ["print"] = " -~",
        ["punct"] = @"!-/:-@\[-`{-~",
        ["space"] = @"\t\n\v\f\r ",
        ["upper"] = "A-Z",
        ["word"] = "0-9A-Za-z_",
        ["xdigit"] = "0-9A-Fa-f",
    }.ToFrozenDictionary();

    public static bool TryTranslate(string expression, [NotNullWhen(true)] out string? translated, [NotNullWhen(false)] out string? problem)
    {
        var result = new StringBuilder(expression.Length);
        translated = null;
        problem = null;
        bool isSpaced = expression.StartsWith("(?x", StringComparison.Ordinal);
        int classDepth = 0;
        for (int i = 0; i < expression.Length; i++)
        {
            ReadOnlySpan<char> rest = expression.AsSpan(i);
            if (rest[0] == '\\' && rest.Length > 1)
            {
                int taken = TranslateEscape(rest, result, ref problem);
                if (problem is not null) return false;
                i += taken - 1;
            }
            else if (classDepth > 0)
            {
                if (rest.StartsWith("[:") && rest.IndexOf(":]") is > 0 and var end)
                {
                    if (!Classes.TryGetValue(rest[2..end].ToString(), out string? members))
                    {
                        problem = $"its regular expression has the class {rest[..(end + 2)]}, which cannot be translated";
                        return false;
                    }

                    result.Append(members);
                    i += end + 1;
                }
                else if (rest[0] == '[' || rest.StartsWith("&&") || rest.StartsWith("~~") || rest.StartsWith("--"))
                {
                    problem = $"its regular expression computes with character classes ('{rest[..Math.Min(2, rest.Length)]}'), which cannot be translated";
                    return false;
                }
                else if (!(isSpaced && char.IsWhiteSpace(rest[0])))
                {
                    if (rest[0] == ']') classDepth = 0;
                    result.Append(rest[0]);
                }
            }
            else if (rest[0] == '[')
            {
                classDepth = 1;
                int open = rest.StartsWith("[^") ? 2 : 1;
                result.Append(rest[..open]);
                i += open - 1;
                // A closing bracket that stands first is a member.
                if (rest.Length > open && rest[open] == ']')
                {
                    result.Append("\\]");
                    i++;
                }
            }
            else if (rest.StartsWith("(?P<"))
            {
                result.Append("(?<");
                i += 3;
            }
            else
            {
                // Rust's $ is the end of the text alone, .NET's also before a last line feed; a line has none.
                result.Append(rest[0]);
            }
        }

        translated = result.ToString();
        return true;
    }

    private static int TranslateEscape(ReadOnlySpan<char> rest, StringBuilder result, ref string? problem)
    {
        if (rest[1] is 'x' or 'u' or 'U' && rest.Length > 2 && rest[2] == '{')
        {
            int end = rest.IndexOf('}');
            if (end < 0 || !int.TryParse(rest[3..end], System.Globalization.NumberStyles.HexNumber, null, out int point) || point > 0xFFFF)
            {
                problem = $"its regular expression has the character {rest[..Math.Min(rest.Length, 10)]}, which cannot be translated";
                return 0;
            }

            result.Append("\\u").Append(point.ToString("X4", System.Globalization.CultureInfo.InvariantCulture));
            return end + 1;
        }

        if (rest[1] == 'p' && rest.Length > 2 && rest[2] != '{')
        {
            result.Append("\\p{").Append(rest[2]).Append('}');
            return 3;
        }

        result.Append(rest[..2]);
        return 2;
    }
}
