namespace Weir.Health.Tests.Model;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData("24h", 86400, "24h")]
    [InlineData("2h30m", 9000, "2h30m")]
    [InlineData("1h15m", 4500, "1h15m")]
    [InlineData("45s", 45, "45s")]
    [InlineData("90", 90, "1m30s")]
    [InlineData("1.5h", 5400, "1h30m")]
    [InlineData("36h", 129600, "36h")]
    [InlineData("7d", 604800, "7d")]
    [InlineData("2d1h", 176400, "49h")]
    [InlineData("0s", 0, "0s")]
    [InlineData("1s500ms", 1.5, "1s500ms")]
    [InlineData(" 5m ", 300, "5m")]
    public void Is_read_and_printed(string text, double seconds, string printed)
    {
        Assert.True(DurationText.TryParse(text, out TimeSpan duration));
        Assert.Equal(TimeSpan.FromSeconds(seconds), duration);
        Assert.Equal(printed, DurationText.Format(duration));
        Assert.True(DurationText.TryParse(printed, out TimeSpan again));
        Assert.Equal(duration, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("h")]
    [InlineData("-5m")]
    [InlineData("5 5")]
    [InlineData("5m5m")]
    [InlineData("5s3h")]
    [InlineData("5x")]
    [InlineData("1..5h")]
    [InlineData("1h30")]
    [InlineData("99999999d")]
    [InlineData("NaN")]
    public void What_is_none_is_refused(string text)
    {
        Assert.False(DurationText.TryParse(text, out _));
    }
}
