using System.Globalization;
using Weir.Cli.Screens;
using Weir.Hsm.Top;

namespace Weir.Cli.Top;

/// <summary>Paints a frame into a grid of any size: what matters most first, and what does not fit left out.</summary>
internal sealed class TopPainter(string feed, Func<string?>? status = null)
{
    /// <summary>Not more MDTs are named as lost, and none where the table would have fewer lines than this.</summary>
    private const int MaxLost = 3;
    private const int LeastTableLines = 6;

    /// <summary>A list of the oldest with fewer lines, its title included, is left out, unless there are no more to name.</summary>
    private const int LeastOldestLines = 4;

    /// <summary>Below so many lines nothing but the table is shown.</summary>
    private const int LeastLinesForHeader = 8;

    /// <param name="grid">Where to; blank.</param>
    /// <param name="frame">What.</param>
    /// <param name="view">How.</param>
    /// <param name="trouble">What is wrong with the feed, to be shown; null when nothing is.</param>
    public void Paint(CellGrid grid, TopFrame frame, TopView view, string? trouble)
    {
        int y = 0;
        PaintTitle(grid, y++, frame);
        if (view.ShowsHelp)
        {
            TopHelp.Paint(grid, y + 1);
            PaintKeys(grid, view, 0);
            return;
        }

        if (grid.Height >= LeastLinesForHeader) y = PaintHeader(grid, y, frame, view);
        if (grid.Height >= LeastLinesForHeader && status?.Invoke() is { Length: > 0 } said)
        {
            foreach (string line in said.Split('\n')) grid.Write(0, y++, line);
        }

        if (trouble is not null && y < grid.Height - 2) grid.Write(0, y++, trouble, new(Color.Red, Emphasis.Bold));
        foreach (LostSource lost in frame.Lost.Take(Math.Clamp(grid.Height - y - LeastTableLines, 0, MaxLost)))
            PaintLost(grid, y++, frame, lost);

        int bottom = grid.Height - 1;
        if (view.ShowsOldest) bottom = PaintOldest(grid, y, bottom, frame);
        PaintTable(grid, y, bottom, frame, view);
        PaintKeys(grid, view, frame.Rows.Count);
    }

    private void PaintTitle(CellGrid grid, int y, TopFrame frame)
    {
        string time = frame.Time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        if (grid.Width < time.Length + 20) time = time[^8..];
        int room = grid.Width - time.Length - 2;
        int x = grid.Write(0, y, "Lustre HSM actions", maxWidth: Math.Max(room, 0));
        grid.Write(x + 2, y, feed, maxWidth: Math.Max(room - x - 2, 0));
        grid.WriteRight(grid.Width, y, time);
        grid.Paint(y, Style.Reversed);
    }

    private static int PaintHeader(CellGrid grid, int y, TopFrame frame, TopView view)
    {
        TopTotals totals = frame.Totals;
        var line = new Words(grid, y++);
        line.Write("Live Actions:", Figures.Count(totals.Live), Style.Bold);
        line.Write("waiting", Figures.Count(totals.Waiting), new(Color.Yellow));
        line.Write("started", Figures.Count(totals.Started), new(Color.Green));
        if (totals.Stuck > 0) line.Write($"stuck >{Figures.Age(frame.Query.StuckAfter)}", Figures.Count(totals.Stuck), new(Color.Red, Emphasis.Bold));
        if (totals.Failed > 0) line.Write("failed", Figures.Count(totals.Failed), new(Color.Red));
        line.Write("succeeded", Figures.Count(totals.Succeeded), Style.Plain);
        if (totals.Canceled > 0) line.Write("canceled", Figures.Count(totals.Canceled), Style.Plain);

        line = new Words(grid, y++);
        line.Write("Events/s:", Figures.Rate(frame.EventsPerSecond), Style.Bold);
        line.Write("new", Figures.Rate(totals.AddedPerSecond), Style.Plain);
        line.Write("done", Figures.Rate(totals.SucceededPerSecond), Style.Plain);
        line.Write("failed", Figures.Rate(totals.FailedPerSecond), totals.FailedPerSecond > 0 ? new(Color.Red) : Style.Plain);
        line.Write("gone", Figures.Rate(totals.RemovedPerSecond), Style.Plain);
        if (grid.Width - line.X >= 12)
            grid.Write(line.X, y - 1, Sparkline.Draw(frame.EventsTrend, grid.Width - line.X, fromZero: true, grid.IsUnicode), new(Color.Cyan));

        line = new Words(grid, y++);
        line.Write("Last Event:", Figures.Ago(frame.Lag), Style.Bold);
        line.Write("by", $"{frame.Query.Grouping}".ToLowerInvariant(), Style.Plain);
        line.Write("sorted by", $"{frame.Query.Sort}{(frame.Query.IsReversed ? ", reversed" : "")}".ToLowerInvariant(), Style.Plain);
        if (view.IsPaused) line.Write("", "PAUSED", Style.Reversed);
        if (!frame.Query.Filter.IsAll) line.Write("of", Figures.Count(frame.AllLive), Style.Plain);
        if (view.Words.Length > 0) line.Write("filter", view.Words, Style.Bold);
        return y;
    }

    private static void PaintLost(CellGrid grid, int y, TopFrame frame, LostSource lost)
    {
        string by = lost.ReportedBy.Length > 0 && lost.ReportedBy != lost.Mdt ? $", says {lost.ReportedBy}" : "";
        grid.Write(0, y, $"LOST {lost.Mdt}: no source for {Figures.Age(frame.Time - lost.Since)}{by}; its counts are the last known", new(Color.Red, Emphasis.Bold));
    }

    /// <returns>The line that the list begins with: the table ends above.</returns>
    private static int PaintOldest(CellGrid grid, int top, int bottom, TopFrame frame)
    {
        // The table gets two thirds of the lines, if it has so many rows.
        int lines = bottom - top - 1;
        int room = lines - Math.Min(Math.Max(frame.Rows.Count, 1), lines * 2 / 3);
        int wanted = frame.Stuck.Count + frame.OldestWaiting.Count + 1;
        lines = Math.Min(room, wanted);
        if (wanted == 1 || lines < Math.Min(wanted, LeastOldestLines)) return bottom;
        int y = bottom - lines;
        int first = y;
        grid.Write(0, y++, "Oldest", Style.Dim);

        // Both lists get half of the room, and what the other leaves.
        int stuck = Math.Min(frame.Stuck.Count, Math.Max(lines - 1 - frame.OldestWaiting.Count, lines / 2));
        foreach (AgedAction action in frame.Stuck.Take(stuck)) PaintOld(grid, y++, frame, action, "stuck", new(Color.Red, Emphasis.Bold));
        foreach (AgedAction action in frame.OldestWaiting.Take(bottom - y)) PaintOld(grid, y++, frame, action, "waiting", new(Color.Yellow));
        return first;
    }

    private static void PaintOld(CellGrid grid, int y, TopFrame frame, AgedAction action, string what, Style style)
    {
        int x = grid.Write(2, y, what, style);
        x = grid.Write(Math.Max(x + 1, 10), y, Figures.Age(frame.Time - action.Since), Style.Bold);
        x = grid.Write(Math.Max(x + 1, 17), y, action.Mdt);
        x = grid.Write(x + 1, y, action.Action);
        x = grid.Write(x + 1, y, action.Fid);
        if (action.ArchiveId != 0) grid.Write(x + 1, y, $"archive {action.ArchiveId}", Style.Dim);
    }

    private static void PaintTable(CellGrid grid, int top, int bottom, TopFrame frame, TopView view)
    {
        int rows = Math.Max(0, bottom - top - 1);
        view.PageRows = Math.Max(1, rows);
        view.Scroll = Math.Clamp(view.Scroll, 0, Math.Max(0, frame.Rows.Count - rows));
        if (rows == 0) return;
        IReadOnlyList<TopColumn> columns = TopColumns.Of(frame, grid.Width, grid.IsUnicode);
        int x = 0;
        foreach (TopColumn column in columns)
        {
            if (column.IsRight) grid.WriteRight(x + column.Width, top, column.Title);
            else grid.Write(x, top, column.Title);
            x += column.Width + TopColumns.Gap;
        }

        grid.Paint(top, new(Color.Default, Emphasis.Bold | Emphasis.Underlined));
        int shown = Math.Min(rows, frame.Rows.Count - view.Scroll);
        for (int i = 0; i < shown; i++) PaintRow(grid, top + 1 + i, columns, frame.Rows[view.Scroll + i]);
        if (frame.Rows.Count == 0) grid.Write(0, top + 1, frame.AllLive == 0 ? "No live actions." : "No live action passes the filter.", Style.Dim);
    }

    private static void PaintRow(CellGrid grid, int y, IReadOnlyList<TopColumn> columns, TopRow row)
    {
        int x = 0;
        foreach (TopColumn column in columns)
        {
            string text = column.Text(row, column.Width);
            int width = column.IsRight ? SafeText.Width(text, grid.IsUnicode) : 0;
            grid.Write(column.IsRight ? Math.Max(x, x + column.Width - width) : x, y, text, column.Style(row), column.Width);
            x += column.Width + TopColumns.Gap;
        }
    }

    private static void PaintKeys(CellGrid grid, TopView view, int rows)
    {
        int y = grid.Height - 1;
        if (y < 1) return;
        grid.Erase(0, y, grid.Width);
        if (view.Prompt is { } prompt)
        {
            int x = grid.Write(0, y, "filter: ", Style.Bold);
            string text = prompt.ToString();
            while (x + SafeText.Width(text, grid.IsUnicode) >= grid.Width && text.Length > 0) text = text[(char.IsHighSurrogate(text[0]) ? 2 : 1)..];
            x = grid.Write(x, y, text);
            grid.Write(x, y, " ", Style.Reversed);
            return;
        }

        int end = grid.Width;
        if (rows > view.PageRows)
        {
            string place = $"{view.Scroll + 1}-{Math.Min(view.Scroll + view.PageRows, rows)} of {rows}";
            grid.WriteRight(end, y, place, Style.Bold);
            end -= place.Length + 2;
        }

        int at = 0;
        foreach ((string key, string what) in TopHelp.Shown)
        {
            if (at > 0 && at + key.Length + what.Length + 1 > end) break;
            at = grid.Write(at, y, key, Style.Bold);
            at = grid.Write(at + 1, y, what) + 2;
        }
    }

    /// <summary>Writes labelled figures one after another; those that have no room are left out.</summary>
    private struct Words(CellGrid grid, int y)
    {
        public int X { get; private set; }

        public void Write(string label, string figure, Style style)
        {
            int width = label.Length + SafeText.Width(figure, grid.IsUnicode) + (label.Length > 0 ? 1 : 0);
            if (X > 0 && X + width > grid.Width) return;
            int x = grid.Write(X, y, label);
            x = grid.Write(label.Length > 0 ? x + 1 : x, y, figure, style);
            X = x + 2;
        }
    }
}
