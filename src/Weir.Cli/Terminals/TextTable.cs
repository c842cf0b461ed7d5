namespace Weir.Cli.Terminals;

/// <summary>Rows of columns, each as wide as its widest cell.</summary>
internal static class TextTable
{
    private const string Gap = "  ";

    public static void Write(OutputBuffer output, IReadOnlyList<string[]> rows, ReadOnlySpan<int> alignRight)
    {
        int columns = rows[0].Length;
        Span<int> widths = columns <= 16 ? stackalloc int[columns] : new int[columns];
        foreach (string[] row in rows)
        {
            for (int i = 0; i < columns; i++) widths[i] = Math.Max(widths[i], row[i].Length);
        }

        foreach (string[] row in rows)
        {
            string line = "";
            for (int i = 0; i < columns; i++)
                line += (i == 0 ? "" : Gap) + (alignRight.Contains(i) ? row[i].PadLeft(widths[i]) : row[i].PadRight(widths[i]));
            output.WriteLine(Printable.Line(line.TrimEnd()));
        }
    }
}
