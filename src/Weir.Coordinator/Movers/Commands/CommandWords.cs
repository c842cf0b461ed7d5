using System.Text;

namespace Weir.Coordinator.Movers.Commands;

/// <summary>
/// A program and its arguments, written as one line: words between spaces, with single or double quotes where a word has spaces in it, and a backslash before
/// what is meant as it is. It is no shell: nothing else has a meaning.
/// </summary>
public static class CommandWords
{
    /// <exception cref="FormatException">A quote does not end, or there is no word.</exception>
    public static IReadOnlyList<string> Split(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        var words = new List<string>();
        var word = new StringBuilder();
        char quote = '\0';
        bool isWord = false;
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            if (quote != '\0')
            {
                if (c == quote) quote = '\0';
                else if (c == '\\' && quote == '"' && i + 1 < line.Length && line[i + 1] is '"' or '\\') word.Append(line[++i]);
                else word.Append(c);
            }
            else if (c is '\'' or '"')
            {
                (quote, isWord) = (c, true);
            }
            else if (char.IsWhiteSpace(c))
            {
                if (isWord) words.Add(word.ToString());
                word.Clear();
                isWord = false;
            }
            else
            {
                if (c == '\\' && i + 1 < line.Length) c = line[++i];
                word.Append(c);
                isWord = true;
            }
        }

        if (quote != '\0') throw new FormatException($"a quote ({quote}) in '{line}' does not end");
        if (isWord) words.Add(word.ToString());
        return words.Count > 0 ? words : throw new FormatException("names no program");
    }
}
