using Weir.Erasure.Coding;

namespace Weir.Erasure.Tests.Coding;

public sealed class HighwayHash256Tests
{
    /// <summary>Of the bytes 0, 1, 2, …: length, hash under the shard key, hash under the key of early RustFS.</summary>
    public static IEnumerable<(int Length, string Shards, string Legacy)> Known =>
    [
        (0, "5e76d207cf4ab20866fdc03c83e8a0f4e8f458e880777956ec0bae4e9f23f6c5", "ca401fb30128e8d93b71a3f685fc23334240d145a6a4bcf3e912620165ef7547"),
        (1, "824f232288e3a62a106404a8adb9e641d7a606fef3b0c81e8b4e10ab6d4944f6", "76f848d3e3cf99b234979fce3897c8bea76e780cc35e6456f0a423bcd1b896a4"),
        (3, "d450ca9626635b83e237be13ac795509fb79a2ea5d62120604fdf32c60e31d2e", "2d6e9680aab40b34dbb4de046dc492fc4679bcd0f44bf3697fabae1d1742fa74"),
        (4, "c79c1380d13efb0095e8bb8018e732795320186e1f96ce8417618db08e7fffc1", "e972e0a4f93d0338a272b85f59aa770c67437456b7cddcc927b5996405792267"),
        (15, "90127d8ddfed736995838ef4d7d4d708bec71532a769085b37f92ca323fb8dba", "b267f0a8838502f59f568404f1b7cb45e5cc523b9e370914710ba63fc5153068"),
        (16, "f94f4ab5813912a13552147a599019341401024340c7dd07d5d8d682e48d7bfd", "db643d0deaf8f8856a33b53e11c4a15a3a619d94fb330b3260dc63bbaafab071"),
        (17, "5722f64af56f705b8f6abf89c1ef5d7480e57dbfabbfddd6f02573aaae0c97d5", "59d6ffec00c9c53298f6566b31998fe9fdbc5cefb9146a4fd3be56012ad06f96"),
        (31, "46d1434308b9e6b43fb301456fcff96e05d216b5fce478d8f1edeb65ea8d950d", "41c07ea7ec4e4a679406d39ecd80841f79e3d0156d9f213351dde09da62ed08c"),
        (32, "3c224e72ba74571f41044698f79123ba6481c70051b379b4413d42214f78c513", "325a29bb2431c87557a0bd29b834a93f9e5b96e0f5a3f64184289f31096cc85b"),
        (33, "e0300cc02538626ed1c398901bea1b4b686a7d79f2fada3730985303ab3faf22", "78ce80e2be6b51da9263e4c73f8a80b57d027ebf6b6a99ea53dbc167cf34028a"),
        (64, "8c8b584226c40f7286e247d70d013bba9a4b56a4be68efb96b0901a1842c2694", "8b1c3ae2c4ca4b9965159b690df52415aa579ad61e78e6b568cc05a4308dfb62"),
        (1000, "3bc80e2dbb8d23894771a3bad540edbc0530a0f42f1ddeeb5a17765ac5a3a3a8", "11cd72214590bb818d92680b8d81dc4e98724338fc9a5d3294db8ef8189582c2"),
    ];

    [Theory, MemberData(nameof(Paths.All), MemberType = typeof(Paths))]
    public void Known_messages_have_known_hashes(CodingPath path)
    {
        foreach ((int length, string shards, string legacy) in Known)
        {
            byte[] message = [.. Enumerable.Range(0, length).Select(value => (byte)value)];
            Assert.Equal(shards, Hash(path, HighwayKey.Shards, message));
            Assert.Equal(legacy, Hash(path, HighwayKey.RustFsLegacyShards, message));
        }
    }

    [Theory, MemberData(nameof(Paths.All), MemberType = typeof(Paths))]
    public void The_products_own_answers_are_given(CodingPath path)
    {
        byte[] message = [];
        byte[] sum = new byte[32];
        for (int i = 0; i < 32; i++)
        {
            HighwayHash256.Hash(path, HighwayKey.Shards, message, sum);
            message = [.. message, .. sum];
        }

        // MinIO's self-test takes the last sum of the thirty-two.
        Assert.Equal(Golden.Section("bitrotSelfTest").GetProperty("highwayhash256").GetString(), Convert.ToHexStringLower(sum));

        byte[] payload = new byte[4096];
        ulong state = 0x9E3779B97F4A7C15;
        for (int i = 0; i < payload.Length; i++)
        {
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            payload[i] = (byte)(state * 0x2545F4914F6CDD1D);
        }

        Assert.Equal(Golden.Section("bitrotKat").GetProperty("modernKey").GetString(), Hash(path, HighwayKey.Shards, payload));
        Assert.Equal(Golden.Section("bitrotKat").GetProperty("legacyRustfsKey").GetString(), Hash(path, HighwayKey.RustFsLegacyShards, payload));
    }

    [Theory, MemberData(nameof(Paths.All), MemberType = typeof(Paths))]
    public void Blocks_hashed_side_by_side_have_the_hashes_of_single_ones(CodingPath path)
    {
        var random = new Random(7);
        for (int count = 0; count <= 17; count++)
        {
            int length = random.Next(0, 700);
            int stride = length + random.Next(0, 70);
            byte[] buffer = new byte[Math.Max(0, count - 1) * stride + length];
            random.NextBytes(buffer);
            byte[] hashes = new byte[count * 32];
            HighwayHash256.HashBlocks(path, HighwayKey.Shards, buffer, stride, length, count, hashes);
            for (int i = 0; i < count; i++)
            {
                Assert.Equal(
                    Hash(CodingPath.Scalar, HighwayKey.Shards, buffer.AsSpan(i * stride, length)),
                    Convert.ToHexStringLower(hashes, i * 32, 32));
            }
        }
    }

    [Theory, MemberData(nameof(Paths.All), MemberType = typeof(Paths))]
    public void Every_length_agrees_with_the_reference_also_in_pieces(CodingPath path)
    {
        var random = new Random(11);
        for (int length = 0; length < 300; length++)
        {
            byte[] message = new byte[length];
            random.NextBytes(message);
            string expected = Hash(CodingPath.Scalar, HighwayKey.Shards, message);
            Assert.Equal(expected, Hash(path, HighwayKey.Shards, message));
            var hasher = new HighwayHasher(HighwayKey.Shards, path);
            byte[] hash = new byte[32];
            for (int at = 0; at < length;)
            {
                int piece = Math.Min(random.Next(0, 80), length - at);
                hasher.Append(message.AsSpan(at, piece));
                at += piece;
            }

            hasher.Finish(hash);
            Assert.Equal(expected, Convert.ToHexStringLower(hash));
        }
    }

    [Fact]
    public void A_buffer_that_is_too_small_is_refused()
    {
        Assert.Throws<ArgumentException>(() => HighwayHash256.Hash(HighwayKey.Shards, [], new byte[31]));
        Assert.Throws<ArgumentException>(() => HighwayHash256.HashBlocks(HighwayKey.Shards, new byte[100], 64, 64, 2, new byte[64]));
        Assert.Throws<ArgumentException>(() => HighwayHash256.HashBlocks(HighwayKey.Shards, new byte[128], 64, 64, 2, new byte[63]));
        Assert.Throws<ArgumentException>(() => new HighwayKey(new byte[31]));
    }

    private static string Hash(CodingPath path, HighwayKey key, ReadOnlySpan<byte> message)
    {
        byte[] hash = new byte[32];
        HighwayHash256.Hash(path, key, message, hash);
        return Convert.ToHexStringLower(hash);
    }
}
