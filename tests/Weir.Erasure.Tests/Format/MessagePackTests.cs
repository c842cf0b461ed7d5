using System.Buffers;
using Weir.Erasure.Format;

namespace Weir.Erasure.Tests.Format;

public sealed class MessagePackTests
{
    [Theory]
    [InlineData("00", 0)]
    [InlineData("7f", 127)]
    [InlineData("ff", -1)]
    [InlineData("e0", -32)]
    [InlineData("cc80", 128)]
    [InlineData("cd0005", 5)]
    [InlineData("ceffffffff", 4294967295)]
    [InlineData("cf7fffffffffffffff", long.MaxValue)]
    [InlineData("d080", -128)]
    [InlineData("d1ff00", -256)]
    [InlineData("d200100000", 1048576)]
    [InlineData("d38000000000000000", long.MinValue)]
    public void Every_form_of_an_integer_is_read(string hex, long expected)
    {
        byte[] bytes = Convert.FromHexString(hex);
        var reader = new MessagePackReader(bytes, "it");
        Assert.Equal(expected, reader.ReadInteger());
        Assert.True(reader.AtEnd);
        reader = new MessagePackReader(bytes, "it");
        reader.Skip();
        Assert.True(reader.AtEnd);
    }

    [Fact]
    public void Written_integers_read_back()
    {
        var random = new Random(1);
        for (int i = 0; i < 20_000; i++)
        {
            long value = random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64);
            var output = new ArrayBufferWriter<byte>();
            new MessagePackWriter(output).WriteInteger(value);
            Assert.Equal(value, new MessagePackReader(output.WrittenSpan, "it").ReadInteger());
        }
    }

    [Theory]
    [InlineData("dfffffffff")] // a map of four billion pairs
    [InlineData("ddffffffff00")]
    [InlineData("c6ffffffff00")] // a binary of four gigabytes
    [InlineData("c67fffffff00")]
    [InlineData("dbffffffff")]
    [InlineData("c9ffffffff05")]
    [InlineData("a5616263")]
    [InlineData("c1")]
    [InlineData("93c0")]
    [InlineData("82c0c0c0")]
    [InlineData("")]
    [InlineData("cf00")]
    [InlineData("cb00000000")]
    public void Lengths_beyond_the_data_are_refused(string hex)
    {
        byte[] bytes = Convert.FromHexString(hex);
        Assert.Throws<ErasureFormatException>(() => new MessagePackReader(bytes, "it").Skip());
    }

    [Fact]
    public void Endless_nesting_is_refused_and_some_is_not()
    {
        byte[] deep = new byte[100_000];
        Array.Fill(deep, (byte)0x91);
        Assert.Throws<ErasureFormatException>(() => new MessagePackReader(deep, "it").Skip());
        byte[] fine = [.. Enumerable.Repeat((byte)0x91, MessagePackReader.MaxDepth - 2), 0xc0];
        var reader = new MessagePackReader(fine, "it");
        reader.Skip();
        Assert.True(reader.AtEnd);
    }

    [Fact]
    public void A_skip_steps_over_exactly_one_value()
    {
        // {"a": [1, -1, nil, true, 1.5f, ext], "b": bin}, then 7
        byte[] bytes = Convert.FromHexString("82a16196" + "01ffc0c3" + "ca3fc00000" + "d405aa" + "a162c403010203" + "07");
        var reader = new MessagePackReader(bytes, "it");
        reader.Skip();
        Assert.Equal(7, reader.ReadInteger());
    }

    [Fact]
    public void Wrong_kinds_are_refused_with_the_place()
    {
        ErasureFormatException error = Assert.Throws<ErasureFormatException>(() =>
        {
            byte[] bytes = [0xc0, 0xa1, 0x61];
            var reader = new MessagePackReader(bytes, "the thing");
            reader.TryReadNil();
            reader.ReadInteger();
        });
        Assert.Contains("the thing is damaged at byte 1", error.Message);
    }
}
