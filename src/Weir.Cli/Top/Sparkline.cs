namespace Weir.Cli.Top;

/// <summary>A small graph in one line of text.</summary>
internal static class Sparkline
{
    private const string UnicodeLevels = "▁▂▃▄▅▆▇█";
    private const string AsciiLevels = "_.-=+*%#";

    /// <summary>The last values, one character each; the smallest (or zero) is the lowest level, the largest the highest.</summary>
    /// <param name="values">Oldest first.</param>
    /// <param name="width">How many characters.</param>
    /// <param name="fromZero">Whether the lowest level is zero; otherwise the smallest value, so that small changes of a large count are seen.</param>
    /// <param name="isUnicode">Whether more than ASCII can be shown.</param>
    public static string Draw(IReadOnlyList<long> values, int width, bool fromZero, bool isUnicode)
    {
        string levels = isUnicode ? UnicodeLevels : AsciiLevels;
        int count = Math.Min(width, values.Count);
        if (count <= 0) return "";
        int first = values.Count - count;
        long lowest = fromZero ? 0 : long.MaxValue;
        long highest = long.MinValue;
        for (int i = first; i < values.Count; i++)
        {
            lowest = Math.Min(lowest, values[i]);
            highest = Math.Max(highest, values[i]);
        }

        return string.Create(count, (values, first, lowest, highest, levels), static (line, graph) =>
        {
            for (int i = 0; i < line.Length; i++)
            {
                double share = graph.highest > graph.lowest ? (graph.values[graph.first + i] - graph.lowest) / (double)(graph.highest - graph.lowest) : 0;
                line[i] = graph.levels[(int)Math.Round(share * (graph.levels.Length - 1))];
            }
        });
    }
}
