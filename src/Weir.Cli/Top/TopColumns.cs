using Weir.Cli.Screens;
using Weir.Hsm.Top;

namespace Weir.Cli.Top;

/// <summary>Which columns a frame's table has, and how wide they are.</summary>
internal static class TopColumns
{
    /// <summary>Blank columns between two of the table.</summary>
    public const int Gap = 2;

    private const int MaxMdtWidth = 32;

    /// <summary>The columns that fit into a width.</summary>
    public static IReadOnlyList<TopColumn> Of(TopFrame frame, int width, bool isUnicode)
    {
        List<TopColumn> columns = [.. Names(frame, isUnicode), .. Numbers(frame, isUnicode)];
        while (Total(columns) > width)
        {
            TopColumn least = columns.MaxBy(column => column.Rank)!;
            if (least.Rank == 0) break;
            columns.Remove(least);
        }

        foreach (TopColumn column in columns)
        {
            int left = width - Total(columns);
            if (column.MaxWidth > column.Width && left > 0) column.Width = Math.Min(column.MaxWidth, column.Width + left);
        }

        return columns;
    }

    private static int Total(List<TopColumn> columns) => columns.Sum(column => column.Width) + (Gap * (columns.Count - 1));

    private static IEnumerable<TopColumn> Names(TopFrame frame, bool isUnicode)
    {
        TopGrouping grouping = frame.Query.Grouping;
        if (grouping is TopGrouping.State or TopGrouping.Mdt)
        {
            yield return new()
            {
                Title = "MDT",
                Width = Math.Min(Widest(frame, "MDT", row => row.Mdt, isUnicode), MaxMdtWidth),
                Text = static (row, _) => row.Mdt ?? "",
                Style = static row => row.IsLost ? new(Color.Red, Emphasis.Bold) : Style.Plain,
            };
        }

        if (grouping == TopGrouping.Archive)
        {
            yield return new() { Title = "ARCHIVE", Width = 7, IsRight = true, Text = static (row, _) => row.ArchiveId is 0 ? "any" : $"{row.ArchiveId}" };
        }

        if (grouping == TopGrouping.Mdt) yield break;
        yield return new() { Title = "ACTION", Width = Widest(frame, "ACTION", row => row.Action, isUnicode), Text = static (row, _) => row.Action ?? "" };
        yield return new()
        {
            Title = "STATUS",
            Width = Widest(frame, "STATUS", row => row.Status, isUnicode),
            Text = static (row, _) => row.Status ?? "",
            Style = static row => StatusStyle(row.Status),
        };
    }

    private static IEnumerable<TopColumn> Numbers(TopFrame frame, bool isUnicode)
    {
        yield return new()
        {
            Title = "COUNT",
            Width = 9,
            IsRight = true,
            Text = static (row, _) => Figures.Count(row.Count),
            Style = static _ => Style.Bold,
        };
        yield return new()
        {
            Title = "DIFF",
            Width = 9,
            Rank = 1,
            Text = static (row, _) => Figures.Difference(row.Difference),
            Style = static row => new(row.Difference > 0 ? Color.Green : Color.Yellow, Emphasis.Bold),
        };
        yield return new() { Title = "OLDEST", Width = 6, Rank = 2, IsRight = true, Text = (row, _) => Age(frame, row.OldestSince) };
        if (frame.Totals.Stuck > 0)
        {
            yield return new()
            {
                Title = "STUCK",
                Width = 7,
                Rank = 3,
                IsRight = true,
                Text = static (row, _) => row.Stuck == 0 ? "" : Figures.Count(row.Stuck),
                Style = static _ => new(Color.Red, Emphasis.Bold),
            };
        }

        if (frame.Query.Grouping == TopGrouping.Mdt)
        {
            yield return new()
            {
                Title = "EVENT",
                Width = 6,
                Rank = 4,
                IsRight = true,
                Text = (row, _) => row.LastId is { Milliseconds: > 0 } id ? Age(frame, id.Time) : "",
            };
        }

        yield return new() { Title = "IN/s", Width = 5, Rank = 5, IsRight = true, Text = static (row, _) => Figures.Rate(row.InPerSecond) };
        yield return new() { Title = "OUT/s", Width = 5, Rank = 7, IsRight = true, Text = static (row, _) => Figures.Rate(row.OutPerSecond) };
        yield return new()
        {
            Title = "TREND",
            Width = 8,
            MaxWidth = 30,
            Rank = 6,
            Text = (row, width) => Sparkline.Draw(row.Trend, width, fromZero: false, isUnicode),
            Style = static _ => new(Color.Cyan),
        };
    }

    private static Style StatusStyle(string? status) => status switch
    {
        "FAILED" => new(Color.Red),
        "STARTED" => new(Color.Green),
        "WAITING" => new(Color.Yellow),
        _ => Style.Plain,
    };

    private static string Age(TopFrame frame, DateTimeOffset? since) => since is { } time ? Figures.Age(frame.Time - time) : "";

    private static int Widest(TopFrame frame, string title, Func<TopRow, string?> name, bool isUnicode)
    {
        int widest = title.Length;
        foreach (TopRow row in frame.Rows) widest = Math.Max(widest, SafeText.Width(name(row), isUnicode));
        return widest;
    }
}
