using System.Text;
using System.Text.Json;
using Weir.Erasure.Coding;

namespace Weir.Erasure.Tests.Coding;

public sealed class ChecksumTests
{
    [Theory]
    [InlineData(0, "ef46db3751d8e999")]
    [InlineData(1, "e934a84adb052768")]
    [InlineData(3, "e5c7bb4533bc65dd")]
    [InlineData(4, "ffced8604453cc1e")]
    [InlineData(15, "a948f5f0f6abac2d")]
    [InlineData(16, "44b6ef2fb84169f7")]
    [InlineData(17, "5603e60c527599b6")]
    [InlineData(31, "c346d2b59b4d8ee1")]
    [InlineData(32, "cbf59c5116ff32b4")]
    [InlineData(33, "0c535d1acafb8ead")]
    [InlineData(64, "f7c67301db6713f0")]
    [InlineData(1000, "6ef436b00eba4078")]
    public void XxHash64_of_known_messages_is_known_whole_and_in_pieces(int length, string expected)
    {
        byte[] message = [.. Enumerable.Range(0, length).Select(value => (byte)value)];
        Assert.Equal(expected, $"{XxHash64.Hash(message):x16}");
        for (int piece = 1; piece < 70; piece++)
        {
            var hash = new XxHash64();
            foreach (byte[] chunk in message.Chunk(piece)) hash.Append(chunk);
            Assert.Equal(expected, $"{hash.Finish():x16}");
        }
    }

    [Fact]
    public void Crc32_has_the_standard_check_value_and_agrees_with_the_bitwise_form()
    {
        Assert.Equal(0xcbf43926u, Crc32.Compute("123456789"u8));
        var random = new Random(5);
        for (int length = 0; length < 100; length++)
        {
            byte[] data = new byte[length];
            random.NextBytes(data);
            uint crc = uint.MaxValue;
            foreach (byte value in data)
            {
                crc ^= value;
                for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
            }

            Assert.Equal(~crc, Crc32.Compute(data));
        }
    }

    [Fact]
    public void SipHash_gives_the_value_of_its_paper()
    {
        byte[] message = [.. Enumerable.Range(0, 15).Select(value => (byte)value)];
        Assert.Equal(0xa129ca6149be45e5ul, SipHash.Hash(0x0706050403020100, 0x0f0e0d0c0b0a0908, message));
    }

    [Fact]
    public void Objects_fall_into_the_sets_that_the_products_choose()
    {
        byte[] id = Convert.FromHexString("f5c58c6171754018ab5ea94fe9c2de4e");
        ulong key0 = BitConverter.ToUInt64(id), key1 = BitConverter.ToUInt64(id, 8);
        JsonElement placement = Golden.Section("placement");
        foreach (JsonProperty golden in placement.GetProperty("sipmod").EnumerateObject())
        {
            Assert.Equal((ulong)golden.Value.GetInt32(), SipHash.Hash(key0, key1, Encoding.UTF8.GetBytes(golden.Name)) % 200);
        }

        foreach (JsonProperty golden in placement.GetProperty("crcmod").EnumerateObject())
        {
            Assert.Equal((uint)golden.Value.GetInt32(), Crc32.Compute(Encoding.UTF8.GetBytes(golden.Name)) % 200);
        }
    }
}
