using System.Text;

namespace Weir.Lustre.Tests;

public sealed class FidTests
{
    [Theory]
    [InlineData("[0x2000057b4:0x1d648:0x0]", 0x2000057b4UL, 0x1d648U, 0U)]
    [InlineData("0x2000057b4:0x1d648:0x0", 0x2000057b4UL, 0x1d648U, 0U)]
    [InlineData("[0:0x0:0x0]", 0UL, 0U, 0U)]
    [InlineData("[0x0:0x0:0x0]", 0UL, 0U, 0U)]
    [InlineData("0xffffffffffffffff:0xffffffff:0xffffffff", ulong.MaxValue, uint.MaxValue, uint.MaxValue)]
    public void Fids_of_the_kernel_and_of_lfs_are_read(string text, ulong sequence, uint objectId, uint version)
    {
        Assert.True(Fid.TryParse(Encoding.UTF8.GetBytes(text), out Fid fid));
        Assert.Equal(new Fid(sequence, objectId, version), fid);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("0xabc")]
    [InlineData("0x1:0x2")]
    [InlineData("0x1:0x2:0x3:0x4")]
    [InlineData("0x1:0x2:")]
    [InlineData("0x1:0x2:0x")]
    [InlineData("[0x1:0x2:0x3")]
    [InlineData("0x1:0x2:0x3 ")]
    [InlineData("0x1:12:0x3")]
    [InlineData("0x1:0x100000000:0x0")]
    [InlineData("0x10000000000000000:0x1:0x0")]
    [InlineData("0x1:0xg:0x0")]
    public void What_is_no_fid_is_refused(string text) => Assert.False(Fid.TryParse(Encoding.UTF8.GetBytes(text), out _));

    [Theory]
    [InlineData(0x200000401UL, 1U, 0U, "0x200000401:0x1:0x0")]
    [InlineData(0UL, 0U, 0U, "0x0:0x0:0x0")]
    [InlineData(ulong.MaxValue, uint.MaxValue, uint.MaxValue, "0xffffffffffffffff:0xffffffff:0xffffffff")]
    public void A_fid_prints_as_the_kernel_does(ulong sequence, uint objectId, uint version, string expected)
    {
        var fid = new Fid(sequence, objectId, version);
        Assert.Equal(expected, fid.ToString());
        var exact = new byte[expected.Length];
        Assert.True(fid.TryFormat(exact, out int written));
        Assert.Equal(expected, Encoding.UTF8.GetString(exact, 0, written));
        Assert.False(fid.TryFormat(exact.AsSpan(1), out written));
        Assert.Equal(0, written);
    }
}
