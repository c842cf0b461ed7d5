using Weir.Cli.Screens;

namespace Weir.Cli.Top;

/// <summary>What the keys do.</summary>
internal static class TopHelp
{
    /// <summary>The keys of the bottom line, the most needed first.</summary>
    public static IReadOnlyList<(string Key, string What)> Shown { get; } =
    [
        ("q", "quit"), ("g", "group"), ("s", "sort"), ("r", "reverse"), ("/", "filter"), ("o", "oldest"), ("space", "pause"), ("?", "help"),
    ];

    private static readonly (string Keys, string What)[] All =
    [
        ("q", "quit"),
        ("g", "group by: MDT, action and status; MDT; archive; action"),
        ("s", "sort by: name, count, diff, rate, oldest"),
        ("r", "reverse the order"),
        ("/", "show what has all these words in MDT, action or status"),
        ("Esc", "show everything again"),
        ("o", "name the oldest actions, or not"),
        ("space", "stand still, or go on"),
        ("+ -", "look twice or half as often"),
        ("Up Down PgUp PgDn Home End", "move through the rows"),
        ("^L", "draw everything again"),
        ("", ""),
        ("DIFF", "since the frame before"),
        ("IN/s OUT/s", "actions that came and went, over the last minute"),
        ("OLDEST", "how long the oldest waits or runs"),
        ("STUCK", "started for longer than --stuck-after"),
        ("TREND", "the count over the last minutes"),
        ("EVENT", "since the MDT's last event"),
    ];

    public static void Paint(CellGrid grid, int y)
    {
        int column = Math.Min(28, grid.Width / 3);
        foreach ((string keys, string what) in All)
        {
            if (y >= grid.Height - 1) return;
            grid.Write(1, y, keys, Style.Bold, column);
            grid.Write(column + 2, y++, what);
        }
    }
}
