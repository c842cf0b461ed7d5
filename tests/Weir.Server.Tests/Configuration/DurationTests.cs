using FsCheck;
using FsCheck.Fluent;
using Weir.Server.Configuration;

namespace Weir.Server.Tests.Configuration;

public sealed class DurationTests
{
    [Theory]
    [InlineData("20s", 20_000)]
    [InlineData("20", 20_000)]
    [InlineData("0.5", 500)]
    [InlineData("1.5h", 5_400_000)]
    [InlineData("500ms", 500)]
    [InlineData("5m", 300_000)]
    [InlineData("6h", 21_600_000)]
    [InlineData("7d", 604_800_000)]
    [InlineData(" 20 s ", 20_000)]
    [InlineData("0", 0)]
    public void A_number_and_a_unit_is_a_duration(string text, long milliseconds)
    {
        Assert.True(Duration.TryParse(text, out TimeSpan duration));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), duration);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("-5s")]
    [InlineData("+5s")]
    [InlineData("5 weeks")]
    [InlineData("5S")]
    [InlineData("1e3")]
    [InlineData("1,5h")]
    [InlineData("1.2.3s")]
    [InlineData("0.1ms")]
    [InlineData("1h30m")]
    [InlineData("99999999999999999999d")]
    [InlineData("3651d")]
    [InlineData("NaN")]
    public void Anything_else_is_refused(string text) => Assert.False(Duration.TryParse(text, out _));

    [Fact]
    public void What_is_printed_reads_back_as_the_same() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue).ToArbitrary(),
        milliseconds =>
        {
            TimeSpan duration = TimeSpan.FromMilliseconds(milliseconds);
            return Duration.TryParse(Duration.Format(duration), out TimeSpan read) && read == duration;
        }).QuickCheckThrowOnFailure();
}

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("4096", 4096)]
    [InlineData("64K", 65536)]
    [InlineData("10G", 10737418240)]
    [InlineData("10 GiB", 10737418240)]
    [InlineData("7P", 7881299347898368)]
    public void Bytes_are_read_and_written(string text, long bytes)
    {
        Assert.True(ByteSize.TryParse(text, out long read));
        Assert.Equal(bytes, read);
        Assert.True(ByteSize.TryParse(ByteSize.Format(bytes), out long again));
        Assert.Equal(bytes, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("1.5G")]
    [InlineData("G")]
    [InlineData("9999999999P")]
    public void What_is_no_number_of_bytes_is_refused(string text) => Assert.False(ByteSize.TryParse(text, out _));
}
