using System.Text;
using Weir.Lustre.Network;

namespace Weir.Lustre.Tests.Network;

public sealed class NidTextTests
{
    public static TheoryData<int> Seeds => Tests.Seeds.Few;

    [Theory]
    [InlineData(0x0002_0000_0a00_0001UL, "10.0.0.1@tcp")]
    [InlineData(0x0002_0001_c0a8_0107UL, "192.168.1.7@tcp1")]
    [InlineData(0x0005_0003_ffff_ffffUL, "255.255.255.255@o2ib3")]
    [InlineData(0x0009_0000_0000_0000UL, "0@lo")]
    [InlineData(0x000d_0000_0000_002aUL, "42@gni")]
    [InlineData(0x0010_0007_0000_0100UL, "256@kfi7")]
    [InlineData(0x0063_0001_0a00_0001UL, "a000001@<99:1>")]
    [InlineData(ulong.MaxValue, "<?>")]
    public void The_narrow_form_prints_as_Lustre_prints_it(ulong narrow, string text)
    {
        Nid nid = Nid.FromNarrow(narrow);
        Assert.Equal(text, nid.ToString());
        Assert.Equal(narrow, nid.ToNarrow());
        Assert.True(NidText.TryParse(Encoding.ASCII.GetBytes(text), out Nid parsed));
        Assert.Equal(nid, parsed);
    }

    [Theory]
    [InlineData("20010db8000000000000000000000001", "2001:db8::1@tcp")]
    [InlineData("00000000000000000000000000000001", "::1@tcp")]
    [InlineData("00000000000000000000000000000000", "::@tcp")]
    [InlineData("fe800000000000000000000000000000", "fe80::@tcp")]
    [InlineData("00010000000200000000000300040005", "1:0:2::3:4:5@tcp")]
    [InlineData("00000000000000000000ffff0a000001", "::ffff:10.0.0.1@tcp")]
    [InlineData("00010002000300040005000600070008", "1:2:3:4:5:6:7:8@tcp")]
    public void Ipv6_prints_as_inet_ntop_prints_it(string address, string text)
    {
        byte[] wide = [12, 2, 0, 0, .. Convert.FromHexString(address)];
        Nid nid = Nid.FromWide(wide);
        Assert.Equal(text, nid.ToString());
        Assert.True(NidText.TryParse(Encoding.ASCII.GetBytes(text), out Nid parsed));
        var again = new byte[Nid.WideBytes];
        parsed.WriteWide(again);
        Assert.Equal(wide, again);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_is_printed_reads_as_the_same_NID(int seed)
    {
        var random = new Changelog.RandomChangelog(seed);
        for (int i = 0; i < 1000; i++)
        {
            Nid nid = random.Nid(isWide: i % 2 == 0);
            string text = nid.ToString();
            if (text.Contains(':') && nid.Type == 5) continue;
            Assert.True(NidText.TryParse(Encoding.ASCII.GetBytes(text), out Nid parsed), $"seed {seed}: {text}");
            Assert.True(nid == parsed, $"seed {seed}: {text}");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("@")]
    [InlineData("10.0.0@tcp")]
    [InlineData("10.0.0.256@tcp")]
    [InlineData("10.0.0.1@tcpx")]
    [InlineData("10.0.0.1@tcp0")]
    [InlineData("10.0.0.1@tcp99999")]
    [InlineData("1@<99>")]
    [InlineData("1:2:3:4:5@<99:1>")]
    [InlineData("fe80::1%eth0@tcp")]
    public void What_is_no_NID_is_refused(string text) => Assert.False(NidText.TryParse(Encoding.ASCII.GetBytes(text), out _));
}
