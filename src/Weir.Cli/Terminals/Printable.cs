namespace Weir.Cli.Terminals;

/// <summary>Text from outside made safe to show: a terminal obeys control characters.</summary>
internal static class Printable
{
    /// <summary>The text with a question mark for each control character; the text itself when it has none.</summary>
    public static string Line(string text) => text.Any(char.IsControl)
        ? string.Create(text.Length, text, static (line, source) =>
        {
            for (int i = 0; i < line.Length; i++) line[i] = char.IsControl(source[i]) ? '?' : source[i];
        })
        : text;
}
