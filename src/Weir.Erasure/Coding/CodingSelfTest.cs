namespace Weir.Erasure.Coding;

/// <summary>
/// Compares the kernels of a path with the plain reference, before the first shard is read or written. A wrong kernel (a processor
/// fault, a compiler fault) would call good shards bad and write bad ones, so nothing goes on after a difference.
/// </summary>
public static class CodingSelfTest
{
    // Odd on purpose: whole registers, a ragged end, and a hash remainder.
    private const int ShardBytes = 4096 + 512 + 61;

    // The hash of the bytes 0, 1, 2, … (1000 of them) under the shard key.
    private const string KnownHash = "3bc80e2dbb8d23894771a3bad540edbc0530a0f42f1ddeeb5a17765ac5a3a3a8";

    // The first parity row of 8+4.
    private const string KnownParityRow = "1a84ba33e710c627";

    /// <summary>Tests the kernels of <paramref name="path"/>; a few milliseconds.</summary>
    /// <exception cref="CodingSelfTestException">They are not to be trusted.</exception>
    public static void Run(CodingPath path) => Run(new CodingKernels(path));

    /// <inheritdoc cref="Run(CodingPath)"/>
    internal static void Run(CodingKernels kernels)
    {
        TestHash(kernels);
        foreach ((int data, int parity) in ((int, int)[])[(2, 1), (3, 2), (4, 3), (8, 4), (8, 8)]) TestCode(kernels, data, parity);
    }

    private static void TestHash(CodingKernels kernels)
    {
        byte[] known = [.. Enumerable.Range(0, 1000).Select(value => (byte)value)];
        byte[] hash = new byte[HighwayHash256.SizeBytes];
        kernels.Hash(known, hash);
        Expect(Convert.ToHexStringLower(hash) == KnownHash, kernels, "HighwayHash of a known message");

        const int blocks = 15;
        byte[] data = Bytes(blocks * ShardBytes);
        byte[] hashes = new byte[blocks * HighwayHash256.SizeBytes];
        kernels.HashBlocks(data, ShardBytes, blocks, hashes);
        for (int i = 0; i < blocks; i++)
        {
            HighwayHash256.Hash(CodingPath.Scalar, HighwayKey.Shards, data.AsSpan(i * ShardBytes, ShardBytes), hash);
            Expect(hashes.AsSpan(i * HighwayHash256.SizeBytes, HighwayHash256.SizeBytes).SequenceEqual(hash), kernels, $"HighwayHash of block {i} of {blocks}");
        }
    }

    private static void TestCode(CodingKernels kernels, int data, int parity)
    {
        var reference = new ReedSolomon(data, parity, CodingPath.Scalar);
        if (data == 8 && parity == 4) Expect(Convert.ToHexStringLower(reference.ParityRow(0)) == KnownParityRow, kernels, "the matrix of 8+4");
        byte[] stripe = Bytes(reference.TotalShards * ShardBytes);
        byte[] expected = [.. stripe];
        kernels.Encode(data, parity, stripe, ShardBytes);
        reference.Encode(expected, ShardBytes, ShardBytes);
        Expect(stripe.AsSpan().SequenceEqual(expected), kernels, $"encoding {data}+{parity}");

        stripe.AsSpan(0, parity * ShardBytes).Clear();
        kernels.Rebuild(data, parity, (1u << parity) - 1, stripe, ShardBytes);
        Expect(stripe.AsSpan().SequenceEqual(expected), kernels, $"rebuilding {data}+{parity}");
    }

    private static void Expect(bool agreed, CodingKernels kernels, string what)
    {
        if (agreed) return;
        throw new CodingSelfTestException(
            $"The {kernels.Path} kernels of this processor failed their self-test: {what}. "
            + $"Nothing is read or written with them; {CodingPaths.Variable} names another path.");
    }

    private static byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        ulong state = 0x9e3779b97f4a7c15;
        for (int i = 0; i < count; i++)
        {
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            bytes[i] = (byte)(state * 0x2545f4914f6cdd1d);
        }

        return bytes;
    }
}
