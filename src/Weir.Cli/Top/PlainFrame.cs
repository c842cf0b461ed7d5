using System.Globalization;
using Weir.Cli.Screens;
using Weir.Cli.Terminals;
using Weir.Hsm.Top;

namespace Weir.Cli.Top;

/// <summary>A frame as lines of text: first what the Python viewer prints, in its shape, then what it does not know.</summary>
internal sealed class PlainFrame(OutputBuffer output, string feed, bool isUnicode)
{
    /// <summary>The Python viewer's columns, which scripts read.</summary>
    private const int ActionWidth = 7;
    private const int StatusWidth = 10;
    private const int CountWidth = 10;

    /// <param name="frame">What to print.</param>
    /// <param name="state">How the viewer is doing.</param>
    public void Write(TopFrame frame, string state)
    {
        Line("--- Lustre HSM Action Dashboard ---");
        Line(string.Create(CultureInfo.InvariantCulture, $"Time: {frame.Time:yyyy-MM-dd HH:mm:ss} | Feed: {feed}"));
        Line($"Viewer Status: {state}");
        string of = frame.Query.Filter.IsAll ? "" : $" of {Figures.Count(frame.AllLive)}";
        Line($"Live Actions: {Figures.Count(frame.Totals.Live)}{of} | Last Event: {Figures.Ago(frame.Lag)}");
        Line("");
        WriteTable(frame);
        Line("");
        WriteTotals(frame);
        WriteOldest(frame);
        foreach (LostSource lost in frame.Lost)
            Line($"Lost: {lost.Mdt}, no source since {Time(lost.Since)} ({Figures.Ago(frame.Time - lost.Since)}){(lost.ReportedBy.Length > 0 ? $", says {lost.ReportedBy}" : "")}");
    }

    private static string Time(DateTimeOffset time) => time.LocalDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private void WriteTable(TopFrame frame)
    {
        (string Title, int Width, Func<TopRow, string> Text)[] names = frame.Query.Grouping switch
        {
            TopGrouping.Mdt => [("MDT", 11, row => row.Mdt!)],
            TopGrouping.Archive => [("ARCHIVE", 7, row => $"{row.ArchiveId}"), ("ACTION", ActionWidth, row => row.Action!), ("STATUS", StatusWidth, row => row.Status!)],
            TopGrouping.Action => [("ACTION", ActionWidth, row => row.Action!), ("STATUS", StatusWidth, row => row.Status!)],
            _ => [("MDT", 11, row => row.Mdt!), ("ACTION", ActionWidth, row => row.Action!), ("STATUS", StatusWidth, row => row.Status!)],
        };
        string by = frame.Query.Grouping switch
        {
            TopGrouping.Mdt => "MDT",
            TopGrouping.Archive => "Archive, Action, Status",
            TopGrouping.Action => "Action, Status",
            _ => "MDT, Action, Status",
        };
        int mdt = frame.Rows.Max(row => (int?)SafeText.Width(row.Mdt, isUnicode)) ?? 0;
        if (names[0].Title == "MDT") names[0].Width = Math.Max(names[0].Width, mdt);
        Line($"--- Live Action Count by ({by}) ---");
        string head = string.Concat(names.Select(name => $"{name.Title.PadRight(name.Width)} | "));
        Line($"{head}{"COUNT",CountWidth} {"DIFF",-CountWidth}");
        Line(new string('-', head.Length + CountWidth + 1 + CountWidth));
        foreach (TopRow row in frame.Rows)
        {
            foreach ((_, int width, Func<TopRow, string> text) in names)
            {
                string shown = SafeText.Shown(text(row), isUnicode);
                output.Write(shown);
                output.Write(new string(' ', Math.Max(0, width - SafeText.Width(shown, isUnicode))));
                output.Write(" | ");
            }

            Line($"{Figures.Count(row.Count),CountWidth} {Figures.Difference(row.Difference)}");
        }

        if (frame.Rows.Count == 0) Line(frame.AllLive == 0 ? "No live actions." : "No live action passes the filter.");
    }

    private void WriteTotals(TopFrame frame)
    {
        TopTotals totals = frame.Totals;
        Line($"Waiting: {Figures.Count(totals.Waiting)} | Started: {Figures.Count(totals.Started)} | Failed: {Figures.Count(totals.Failed)}"
            + $" | Stuck (started > {Figures.Age(frame.Query.StuckAfter)}): {Figures.Count(totals.Stuck)}");
        Line($"Last minute, per second: {Figures.Rate(frame.EventsPerSecond)} events, {Figures.Rate(totals.AddedPerSecond)} new,"
            + $" {Figures.Rate(totals.SucceededPerSecond)} succeeded, {Figures.Rate(totals.FailedPerSecond)} failed, {Figures.Rate(totals.RemovedPerSecond)} gone");
        Line($"Events in the last {frame.EventsTrend.Count} minutes: {Sparkline.Draw(frame.EventsTrend, frame.EventsTrend.Count, fromZero: true, isUnicode)}");
    }

    private void WriteOldest(TopFrame frame)
    {
        foreach (AgedAction action in frame.OldestWaiting) WriteOld(frame, "Waiting", action);
        foreach (AgedAction action in frame.Stuck) WriteOld(frame, "Stuck", action);
    }

    private void WriteOld(TopFrame frame, string what, AgedAction action) =>
        Line($"{what} {Figures.Age(frame.Time - action.Since)}: {action.Mdt} {action.Action} {action.Fid}{(action.ArchiveId == 0 ? "" : $" archive {action.ArchiveId}")}");

    private void Line(string text) => output.WriteLine(SafeText.Shown(text, isUnicode));
}
