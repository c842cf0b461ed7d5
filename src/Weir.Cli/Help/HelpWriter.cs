using Weir.Cli.Terminals;

namespace Weir.Cli.Help;

/// <summary>Lays out headings, wrapped paragraphs and two-column lists.</summary>
internal sealed class HelpWriter(Action<string> writeLine, int width, bool hasColor)
{
    private const string Indent = "  ";
    private const int WidestTerm = 30;
    private readonly int _width = Math.Clamp(width, 40, 120);

    public HelpWriter(Terminal terminal) : this(line => terminal.Out.WriteLine(line), terminal.Width, terminal.HasColor) { }

    public void Line(string text = "") => writeLine(text);

    public void Heading(string text)
    {
        writeLine("");
        writeLine(hasColor ? $"\e[1m{text}\e[0m" : text);
    }

    public void Paragraph(string text)
    {
        foreach (string line in Wrap(text, _width - Indent.Length)) writeLine(Indent + line);
    }

    /// <summary>Terms on the left, explanations on the right, or below where the term is wide.</summary>
    public void List(IReadOnlyList<HelpEntry> entries)
    {
        int column = Math.Min(WidestTerm, entries.Count == 0 ? 0 : entries.Max(entry => entry.Term.Length)) + 2;
        foreach ((string term, string text) in entries)
        {
            List<string> lines = Wrap(text, _width - Indent.Length - column);
            bool isWide = term.Length > column - 2;
            if (isWide) writeLine(Indent + term);
            for (int i = 0; i < lines.Count; i++)
                writeLine(Indent + (i == 0 && !isWide ? term : "").PadRight(column) + lines[i]);
        }
    }

    private static List<string> Wrap(string text, int width)
    {
        var lines = new List<string>();
        string line = "";
        foreach (string word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                lines.Add(line);
                line = "";
            }

            line = line.Length == 0 ? word : $"{line} {word}";
        }

        lines.Add(line);
        return lines;
    }
}
