using System.Text;
using Weir.Coordinator.Scheduling;

namespace Weir.Coordinator.Tests.Scheduling;

public sealed class HintsTests
{
    [Theory]
    [InlineData("tag=foo", "foo")]
    [InlineData("a=b,tag=foo,c=d", "foo")]
    [InlineData("tag=foo\0\0\0", "foo")]
    [InlineData("tag=", "")]
    [InlineData("mytag=foo", null)]
    [InlineData("x,mytag=foo,tag=bar", "bar")]
    [InlineData("tag", null)]
    [InlineData("", null)]
    public void A_hint_begins_the_data_or_follows_a_comma(string data, string? value)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(data);
        Assert.Equal(value is not null, Hints.TryFind(bytes, "tag="u8, out Range range));
        if (value is not null) Assert.Equal(value, Encoding.UTF8.GetString(bytes[range]));
    }

    /// <summary>From a C program: unsigned long hash = 5381; hash = hash * 33 + c with char c.</summary>
    [Theory]
    [InlineData("", 5381UL)]
    [InlineData("a", 177670UL)]
    [InlineData("foo", 193491849UL)]
    public void The_hash_is_djb2(string text, ulong hash) => Assert.Equal(hash, Hints.Djb2(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Bytes_above_127_count_as_negative() => Assert.Equal((5381UL * 33) - 1, Hints.Djb2([0xff]));

    [Theory]
    [InlineData("tag=foo,x=y", 7UL, "tag=7,x=y")]
    [InlineData("tag=", 18446744073709551615UL, "tag=18446744073709551615")]
    public void A_value_is_replaced_by_a_number(string data, ulong number, string expected)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(data);
        Assert.True(Hints.TryFind(bytes, "tag="u8, out Range range));
        Assert.Equal(expected, Encoding.UTF8.GetString(Hints.Replace(bytes, range, number)));
    }
}
