using System.Text;
using Weir.Cli.Screens;
using Weir.Cli.Tests.Ptys;

namespace Weir.Cli.Tests.Screens;

public sealed class ScreenRendererTests
{
    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 50)];

    [Theory, MemberData(nameof(Seeds))]
    public void A_terminal_that_is_sent_the_changes_shows_the_grid(int seed)
    {
        var random = new Random(seed);
        var renderer = new ScreenRenderer(hasColor: true);
        var grid = new CellGrid(isUnicode: true);
        var terminal = new VtScreen(1, 1);
        for (int frame = 0; frame < 60; frame++)
        {
            if (frame % 20 == 0)
            {
                var size = new ScreenSize(random.Next(1, 60), random.Next(1, 12));
                grid.Reset(size);
                terminal.Resize(size.Width, size.Height);
            }
            else if (random.Next(3) == 0)
            {
                grid.Reset(new(grid.Width, grid.Height));
            }

            for (int i = random.Next(6); i >= 0; i--)
            {
                var style = new Style((Color)random.Next(9), (Emphasis)random.Next(16));
                grid.Write(random.Next(-3, grid.Width), random.Next(grid.Height), RandomText(random), style, random.Next(1, 30));
                if (random.Next(8) == 0) grid.Erase(random.Next(grid.Width), random.Next(grid.Height), random.Next(1, 10));
            }

            terminal.Write(renderer.Render(grid).Span);
            Assert.True(Shown(grid) == terminal.Text, $"seed {seed}, frame {frame}:\n{Shown(grid)}\n--- terminal:\n{terminal.Text}");
            Assert.Equal("0", terminal.PenStyle);
            Assert.Equal(0, renderer.Render(grid).Length);
        }
    }

    [Fact]
    public void Only_what_changed_is_sent()
    {
        var renderer = new ScreenRenderer(hasColor: true);
        CellGrid grid = Full("12:00:00");
        renderer.Render(grid);
        grid.Write(70, 0, "12:00:01");
        Assert.Equal("\e[1;78H1", Encoding.UTF8.GetString(renderer.Render(grid).Span));
    }

    [Fact]
    public void After_something_else_wrote_everything_is_sent()
    {
        var renderer = new ScreenRenderer(hasColor: true);
        CellGrid grid = Full("12:00:00");
        int whole = renderer.Render(grid).Length;
        Assert.True(whole > 80 * 20);
        renderer.Forget();
        Assert.Equal(whole, renderer.Render(grid).Length);
    }

    [Fact]
    public void Without_colour_emphasis_is_left()
    {
        var renderer = new ScreenRenderer(hasColor: false);
        var grid = new CellGrid(isUnicode: true);
        grid.Reset(new(10, 1));
        grid.Write(0, 0, "a", new(Color.Red, Emphasis.Bold));
        grid.Write(1, 0, "b", new(Color.Green));
        Assert.Equal("\e[0m\e[2J\e[1;1H\e[0;1ma\e[0mb", Encoding.UTF8.GetString(renderer.Render(grid).Span));
    }

    private static CellGrid Full(string time)
    {
        var grid = new CellGrid(isUnicode: true);
        grid.Reset(ScreenSize.Usual);
        for (int y = 0; y < 24; y++) grid.Write(0, y, new string((char)('a' + y), 80));
        grid.Write(70, 0, time);
        return grid;
    }

    private static string RandomText(Random random)
    {
        string[] pieces = ["abc", " ", "漢字", "▁▃█", "x", "é", "\e[31m", "e\u0301", "\u202e", "\t", "🚀", "1,234"];
        return string.Concat(Enumerable.Range(0, random.Next(1, 8)).Select(_ => pieces[random.Next(pieces.Length)]));
    }

    private static string Shown(CellGrid grid) =>
        string.Join('\n', Enumerable.Range(0, grid.Height).Select(y =>
            string.Concat(grid.Row(y).ToArray().Where(cell => !cell.IsRightHalf).Select(cell => cell.Rune.ToString())).TrimEnd()));
}
