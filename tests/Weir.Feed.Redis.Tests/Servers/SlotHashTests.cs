using System.Text;
using Weir.Feed.Redis.Servers;

namespace Weir.Feed.Redis.Tests.Servers;

public sealed class SlotHashTests
{
    [Theory]
    [InlineData("123456789", 0x31C3)]
    [InlineData("", 0)]
    public void The_checksum_is_the_one_of_the_specification(string key, int slot) => Assert.Equal(slot, SlotHash.Of(Encoding.UTF8.GetBytes(key)));

    [Theory]
    [InlineData("{user1000}.following", "user1000")]
    [InlineData("foo{{bar}}zap", "{bar")]
    [InlineData("foo{bar}{zap}", "bar")]
    public void Only_what_stands_in_the_first_braces_counts(string key, string counted) =>
        Assert.Equal(SlotHash.Of(Encoding.UTF8.GetBytes(counted)), SlotHash.Of(Encoding.UTF8.GetBytes(key)));

    [Fact]
    public void Empty_braces_count_as_part_of_the_key() => Assert.NotEqual(SlotHash.Of("foo{}{bar}"u8), SlotHash.Of("bar"u8));
}
