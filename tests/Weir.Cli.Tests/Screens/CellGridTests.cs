using Weir.Cli.Screens;

namespace Weir.Cli.Tests.Screens;

public sealed class CellGridTests
{
    [Theory]
    [InlineData("a\e[2Jb", "a�[2Jb", "a?[2Jb")]
    [InlineData("a\u009b2Jb", "a�2Jb", "a?2Jb")]
    [InlineData("\u202eabc\u200b", "�abc�", "?abc?")]
    [InlineData("line\nfeed\r\t\0", "line�feed���", "line?feed???")]
    [InlineData("e\u0301", "e�", "e?")]
    [InlineData("plain", "plain", "plain")]
    [InlineData("漢é", "漢é", "??")]
    [InlineData("\ue000", "�", "?")]
    public void What_would_steer_the_terminal_is_shown_as_a_replacement(string text, string unicode, string ascii)
    {
        Assert.Equal(unicode, Written(text, isUnicode: true));
        Assert.Equal(unicode, SafeText.Shown(text, isUnicode: true));
        Assert.Equal(ascii, Written(text, isUnicode: false));
    }

    [Fact]
    public void Half_a_surrogate_pair_is_shown_as_a_replacement() => Assert.Equal("\uFFFDx", Written("\uD83Dx", isUnicode: true));

    [Theory]
    [InlineData("abc", 3)]
    [InlineData("漢字", 4)]
    [InlineData("🚀", 2)]
    [InlineData("é▁█", 3)]
    [InlineData("한국", 4)]
    [InlineData("ｱ", 1)]
    public void Text_is_as_wide_as_terminals_draw_it(string text, int width) => Assert.Equal(width, SafeText.Width(text, isUnicode: true));

    [Fact]
    public void Text_is_cut_at_the_edges()
    {
        var grid = new CellGrid(isUnicode: true);
        grid.Reset(new(4, 1));
        Assert.Equal(4, grid.Write(2, 0, "abcdef"));
        grid.Write(0, 5, "below");
        grid.Write(0, -1, "above");
        grid.Write(-1, 0, "xy");
        Assert.Equal("y ab", Line(grid));
        grid.Write(3, 0, "漢");
        Assert.Equal("y ab", Line(grid));
    }

    [Fact]
    public void Half_a_wide_character_does_not_stay()
    {
        var grid = new CellGrid(isUnicode: true);
        grid.Reset(new(6, 1));
        grid.Write(0, 0, "漢字");
        grid.Write(1, 0, "x");
        Assert.Equal(" x字  ", Line(grid));
        grid.Write(2, 0, "y");
        Assert.Equal(" xy   ", Line(grid));
    }

    private static string Written(string text, bool isUnicode)
    {
        var grid = new CellGrid(isUnicode);
        grid.Reset(new(40, 1));
        grid.Write(0, 0, text);
        return Line(grid).TrimEnd();
    }

    private static string Line(CellGrid grid) => string.Concat(grid.Row(0).ToArray().Where(cell => !cell.IsRightHalf).Select(cell => cell.Rune.ToString()));
}
