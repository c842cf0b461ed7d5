using System.Text.Json;
using Weir.Erasure.Coding;

namespace Weir.Erasure.Tests.Coding;

public sealed class ReedSolomonTests
{
    [Theory, MemberData(nameof(Paths.All), MemberType = typeof(Paths))]
    public void All_golden_encodings_are_given(CodingPath path)
    {
        int seen = 0;
        foreach (JsonElement golden in Golden.Section("erasureSelfTest").GetProperty("values").EnumerateArray())
        {
            var code = new ReedSolomon(golden.GetProperty("data").GetInt32(), golden.GetProperty("parity").GetInt32(), path);
            int length = (256 + code.DataShards - 1) / code.DataShards;
            byte[] stripe = new byte[code.TotalShards * length];
            for (int i = 0; i < 256; i++) stripe[i] = (byte)i;
            code.Encode(stripe, length, length);
            var hash = new XxHash64();
            for (int i = 0; i < code.TotalShards; i++)
            {
                hash.Append([(byte)i]);
                hash.Append(stripe.AsSpan(i * length, length));
            }

            Assert.Equal(golden.GetProperty("xxh64").GetString(), $"{hash.Finish():x16}");
            seen++;
        }

        Assert.Equal(60, seen);
    }

    [Theory]
    [InlineData(1, 1, "01")]
    [InlineData(2, 1, "0302")]
    [InlineData(2, 2, "0302 0203")]
    [InlineData(3, 1, "010101")]
    [InlineData(3, 3, "010101 0f0806 0e0906")]
    [InlineData(4, 2, "1b1c1214 1c1b1412")]
    [InlineData(4, 4, "1b1c1214 1c1b1412 12141b1c 14121c1b")]
    [InlineData(8, 4, "1a84ba33e710c627 841a33ba10e727c6 ba331a84c627e710 33ba841a27c610e7")]
    [InlineData(12, 4, "afb4968cf5e8c4d81b1c1214 b4af8c96e8f5d8c41c1b1412 968cafb4c4d8f5e812141b1c 8c96b4afd8c4e8f514121c1b")]
    public void The_parity_rows_are_those_of_the_format(int data, int parity, string rows)
    {
        var code = new ReedSolomon(data, parity);
        Assert.Equal(rows, string.Join(' ', Enumerable.Range(0, parity).Select(row => Convert.ToHexStringLower(code.ParityRow(row)))));
    }

    [Theory, MemberData(nameof(Paths.All), MemberType = typeof(Paths))]
    public void Any_losses_up_to_the_parity_are_rebuilt_at_any_length(CodingPath path)
    {
        for (int seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            int data = random.Next(1, 15);
            int parity = random.Next(0, Math.Min(9, 17 - data));
            int length = seed % 4 == 0 ? random.Next(0, 70) : random.Next(1, 9000);
            int stride = length + random.Next(0, 3) * 37;
            var code = new ReedSolomon(data, parity, path);
            byte[] stripe = new byte[code.TotalShards * stride + 1];
            random.NextBytes(stripe);
            byte[] reference = [.. stripe];
            code.Encode(stripe, stride, length);
            new ReedSolomon(data, parity, CodingPath.Scalar).Encode(reference, stride, length);
            Assert.True(stripe.AsSpan().SequenceEqual(reference), $"seed {seed}: {data}+{parity}, {length} bytes: encoding differs");
            Assert.True(code.VerifyParity(stripe, stride, length), $"seed {seed}");

            int[] order = [.. Enumerable.Range(0, code.TotalShards)];
            random.Shuffle(order);
            uint lost = 0;
            foreach (int shard in order.Take(random.Next(0, parity + 1)))
            {
                lost |= 1u << shard;
                random.NextBytes(stripe.AsSpan(shard * stride, length));
            }

            uint all = (1u << code.TotalShards) - 1;
            code.PlanRebuild(all & ~lost, lost).Run(stripe, stride, length);
            Assert.True(stripe.AsSpan().SequenceEqual(reference), $"seed {seed}: {data}+{parity}, {length} bytes, lost {lost:b}: rebuilding differs");
        }
    }

    [Theory, MemberData(nameof(Paths.All), MemberType = typeof(Paths))]
    public void A_flipped_bit_anywhere_is_seen_by_the_parity_check(CodingPath path)
    {
        var random = new Random(3);
        var code = new ReedSolomon(5, 3, path);
        const int length = 9001;
        byte[] stripe = new byte[code.TotalShards * length];
        random.NextBytes(stripe);
        code.Encode(stripe, length, length);
        for (int i = 0; i < 60; i++)
        {
            int at = random.Next(stripe.Length);
            stripe[at] ^= 4;
            Assert.False(code.VerifyParity(stripe, length, length));
            stripe[at] ^= 4;
        }

        Assert.True(code.VerifyParity(stripe, length, length));
    }

    [Fact]
    public void Impossible_codes_and_plans_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReedSolomon(0, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReedSolomon(2, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReedSolomon(14, 3));
        var code = new ReedSolomon(3, 2);
        Assert.Throws<ArgumentException>(() => code.PlanRebuild(0b00011, 0b00100));
        Assert.Throws<ArgumentException>(() => code.PlanRebuild(0b00111, 0b00100));
        Assert.Throws<ArgumentException>(() => code.PlanRebuild(0b00111, 0b100000));
        Assert.Throws<ArgumentException>(() => code.Encode(new byte[49], 10, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => code.Encode(new byte[50], 9, 10));
    }
}
