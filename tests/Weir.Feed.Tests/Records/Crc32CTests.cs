using System.Text;

namespace Weir.Feed.Tests.Records;

public sealed class Crc32CTests
{
    /// <summary>RFC 3720, appendix B.4; and the check value of the algorithm, over the digits 1 to 9.</summary>
    [Fact]
    public void The_known_values_come_out()
    {
        Assert.Equal(0x8a91_36aau, Crc32C.Compute(new byte[32]));
        Assert.Equal(0x62a8_ab43u, Crc32C.Compute([.. Enumerable.Repeat((byte)0xff, 32)]));
        Assert.Equal(0x46dd_794eu, Crc32C.Compute([.. Enumerable.Range(0, 32).Select(i => (byte)i)]));
        Assert.Equal(0x113f_db5cu, Crc32C.Compute([.. Enumerable.Range(0, 32).Select(i => (byte)(31 - i))]));
        Assert.Equal(0xe306_9283u, Crc32C.Compute(Encoding.ASCII.GetBytes("123456789")));
        Assert.Equal(0u, Crc32C.Compute([]));
    }

    [Fact]
    public void Every_length_and_place_gives_what_a_bit_by_bit_division_gives()
    {
        var data = new byte[80];
        new Random(1).NextBytes(data);
        for (int from = 0; from < 9; from++)
            for (int length = 0; length <= 64; length++)
                Assert.Equal(Divide(data.AsSpan(from, length)), Crc32C.Compute(data.AsSpan(from, length)));
    }

    private static uint Divide(ReadOnlySpan<byte> data)
    {
        uint crc = ~0u;
        foreach (byte b in data)
        {
            crc ^= b;
            for (int i = 0; i < 8; i++) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f6_3b78u : 0);
        }

        return ~crc;
    }
}
