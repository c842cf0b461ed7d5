using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Weir.Hsm.Live;
using Weir.Hsm.Shipping;

namespace Weir.Hsm.Tests.Shipping;

public class LineDigestTests
{
    /// <summary>RFC 1321, appendix A.5.</summary>
    [Theory]
    [InlineData("", "d41d8cd98f00b204e9800998ecf8427e")]
    [InlineData("a", "0cc175b9c0f1b6a831c399e269772661")]
    [InlineData("abc", "900150983cd24fb0d6963f7d28e17f72")]
    [InlineData("message digest", "f96b697d7cb7938d525a2f31aaf161d0")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345678901234567890", "57edf4a22be3c955ac49da2e2107b67a")]
    public void The_digest_is_md5(string text, string hex) => Assert.Equal(hex, Hex(EventText.Utf8(text)));

    [Fact]
    public void The_digest_is_md5_at_every_length()
    {
        var random = new Random(5);
        for (int length = 0; length < 400; length++)
        {
            byte[] line = new byte[length];
            random.NextBytes(line);
#pragma warning disable CA5351 // It is MD5 that is tested.
            Assert.Equal(Convert.ToHexStringLower(MD5.HashData(line)), Hex(line));
#pragma warning restore CA5351
        }
    }

    [Fact]
    public void Digests_of_lines_side_by_side_are_those_of_each_alone()
    {
        var random = new Random(6);
        for (int round = 0; round < 2000; round++)
        {
            var entries = new EntryTable(keepsDigests: true);
            var queue = new DigestQueue(entries);
            var lines = new Dictionary<int, byte[]>();
            int count = random.Next(1, 30);
            for (int i = 0; i < 10; i++) entries.Allocate();
            for (int i = 0; i < count; i++)
            {
                // Lengths on both sides of what goes side by side, and of whole blocks; slots that are told of twice.
                byte[] line = new byte[random.Next(4) switch { 0 => random.Next(600), 1 => 64 * random.Next(9) - random.Next(12) + 11, _ => random.Next(170, 260) }];
                random.NextBytes(line);
                int slot = random.Next(10);
                queue.Add(slot, line);
                lines[slot] = line;
                if (random.Next(20) == 0) queue.Settle();
            }

            queue.Settle();
            foreach ((int slot, byte[] line) in lines) Assert.True(LineDigest.Compute(line) == entries.Digest(slot), $"round {round}, slot {slot}");
        }
    }

    [Fact]
    public void A_line_hash_differs_when_any_bit_or_the_length_does()
    {
        byte[] line = EventText.Utf8(ActionText.Line(520, 36052, 0x6912db05));
        var seen = new HashSet<ulong> { LineHash.Compute(line) };
        for (int bit = 0; bit < line.Length * 8; bit++)
        {
            line[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.True(seen.Add(LineHash.Compute(line)), $"bit {bit}");
            line[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        for (int length = 0; length < line.Length; length++) Assert.True(seen.Add(LineHash.Compute(line.AsSpan(0, length))), $"length {length}");
        Assert.DoesNotContain(0ul, seen);
    }

    [Fact]
    public void Line_hashes_of_neighbouring_actions_do_not_collide()
    {
        var seen = new HashSet<ulong>();
        for (uint record = 0; record < 100_000; record++)
            Assert.True(seen.Add(LineHash.Compute(EventText.Utf8(ActionText.Line(record >> 15, record & 0x7fff, 0x6912db05 + record, file: record)))));
    }

    internal static string Hex(byte[] line)
    {
        UInt128 digest = LineDigest.Compute(line);
        return Convert.ToHexStringLower(MemoryMarshal.AsBytes(new ReadOnlySpan<UInt128>(in digest)));
    }
}
