using System.Text;

namespace Weir.Cli.Tests;

/// <summary>Splits a documented command line as a shell does: blanks, single and double quotes.</summary>
internal static class ShellWords
{
    public static string[] Split(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        char quote = '\0';
        bool isInWord = false;
        foreach (char c in line)
        {
            if (quote != '\0' ? c == quote : c is '\'' or '"')
            {
                quote = quote == '\0' ? c : '\0';
                isInWord = true;
            }
            else if (quote == '\0' && c == ' ')
            {
                if (isInWord) words.Add(word.ToString());
                word.Clear();
                isInWord = false;
            }
            else
            {
                word.Append(c);
                isInWord = true;
            }
        }

        if (isInWord) words.Add(word.ToString());
        return [.. words];
    }
}
