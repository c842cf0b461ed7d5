using Weir.Cli.Top;

namespace Weir.Cli.Tests.Top;

public sealed class FiguresTests
{
    [Theory]
    [InlineData(0, "0s")]
    [InlineData(-5, "0s")]
    [InlineData(59, "59s")]
    [InlineData(60, "1m")]
    [InlineData(3599, "59m")]
    [InlineData(3600, "1h")]
    [InlineData(11520, "3h12m")]
    [InlineData(86400, "1d")]
    [InlineData(187200, "2d4h")]
    [InlineData(8640000, "100d")]
    public void Ages_have_two_units_at_most(int seconds, string text) => Assert.Equal(text, Figures.Age(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "(+1)")]
    [InlineData(3033, "(+3,033)")]
    [InlineData(-12345, "(-12,345)")]
    [InlineData(long.MinValue + 1, "(-9,223,372,036,854,775,807)")]
    public void Differences_have_their_sign(long difference, string text) => Assert.Equal(text, Figures.Difference(difference));

    [Theory]
    [InlineData(0, "0")]
    [InlineData(0.01, "<0.1")]
    [InlineData(0.06, "0.1")]
    [InlineData(9.94, "9.9")]
    [InlineData(9.96, "10")]
    [InlineData(20000, "20,000")]
    public void Rates_are_as_exact_as_they_are_small(double rate, string text) => Assert.Equal(text, Figures.Rate(rate));

    [Fact]
    public void Graphs_go_from_the_lowest_level_to_the_highest()
    {
        Assert.Equal("▁▂▃▄▅▆▇█", Sparkline.Draw([0, 1, 2, 3, 4, 5, 6, 7], 8, fromZero: true, isUnicode: true));
        Assert.Equal("_.-=+*%#", Sparkline.Draw([100, 101, 102, 103, 104, 105, 106, 107], 8, fromZero: false, isUnicode: false));
        Assert.Equal("██", Sparkline.Draw([9, 1, 5, 5], 2, fromZero: true, isUnicode: true));
        Assert.Equal("▁▁", Sparkline.Draw([5, 5], 9, fromZero: false, isUnicode: true));
        Assert.Equal("▁▁", Sparkline.Draw([0, 0], 9, fromZero: true, isUnicode: true));
        Assert.Equal("", Sparkline.Draw([1, 2], 0, fromZero: true, isUnicode: true));
        Assert.Equal("", Sparkline.Draw([], 5, fromZero: true, isUnicode: true));
    }
}
