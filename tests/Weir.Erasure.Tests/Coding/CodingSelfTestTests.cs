using Weir.Erasure.Coding;

namespace Weir.Erasure.Tests.Coding;

public sealed class CodingSelfTestTests
{
    public static IEnumerable<TheoryDataRow<CodingPath, WrongOperation, string>> WrongKernels =>
        from path in CodingPaths.Available
        from wrong in ((WrongOperation, string)[])
        [
            (WrongOperation.Hash, "HighwayHash of a known message"),
            (WrongOperation.HashOfLastBlock, "HighwayHash of block 14 of 15"),
            (WrongOperation.EncodeRaggedEnd, "encoding 2+1"),
            (WrongOperation.EncodeMoreThanFourRows, "encoding 8+8"),
            (WrongOperation.Rebuild, "rebuilding 2+1"),
            (WrongOperation.RebuildOneShardOfFour, "rebuilding 8+4"),
        ]
        select new TheoryDataRow<CodingPath, WrongOperation, string>(path, wrong.Item1, wrong.Item2);

    [Theory, MemberData(nameof(Paths.All), MemberType = typeof(Paths))]
    public void Every_path_passes_its_self_test(CodingPath path) => CodingSelfTest.Run(path);

    [Theory, MemberData(nameof(WrongKernels))]
    public void A_wrong_kernel_is_refused_with_its_name(CodingPath path, WrongOperation operation, string what)
    {
        string message = Assert.Throws<CodingSelfTestException>(() => CodingSelfTest.Run(new WrongKernel(path, operation))).Message;
        Assert.Equal(
            $"The {path} kernels of this processor failed their self-test: {what}. "
            + "Nothing is read or written with them; WEIR_CODING_PATH names another path.", message);
    }

    [Fact]
    public void The_path_in_use_is_one_of_this_processor() => Assert.Contains(CodingPaths.Current, CodingPaths.Available);

    [Fact]
    public void A_path_is_forced_by_its_name_and_an_unknown_name_is_refused()
    {
        Assert.Equal(CodingPath.Vector128, CodingPaths.Choose("vector128"));
        Assert.Equal(CodingPaths.Available[^1], CodingPaths.Choose(null));
        Assert.Contains("names no coding path", Assert.Throws<CodingPathException>(() => CodingPaths.Choose("sse9")).Message);
        Assert.Throws<CodingPathException>(() => CodingPaths.Choose("77"));
    }

    [Fact]
    public void The_portable_paths_are_always_there()
    {
        Assert.Contains(CodingPath.Scalar, CodingPaths.Available);
        Assert.Contains(CodingPath.Vector128, CodingPaths.Available);
    }

    /// <summary>Where a kernel goes wrong, by one bit.</summary>
    public enum WrongOperation
    {
        Hash,
        HashOfLastBlock,
        EncodeRaggedEnd,
        EncodeMoreThanFourRows,
        Rebuild,
        RebuildOneShardOfFour,
    }

    private sealed class WrongKernel(CodingPath path, WrongOperation wrong) : CodingKernels(path)
    {
        public override void Hash(ReadOnlySpan<byte> data, Span<byte> hash)
        {
            base.Hash(data, hash);
            if (wrong == WrongOperation.Hash) hash[31] ^= 0x80;
        }

        public override void HashBlocks(ReadOnlySpan<byte> buffer, int length, int count, Span<byte> hashes)
        {
            base.HashBlocks(buffer, length, count, hashes);
            if (wrong == WrongOperation.HashOfLastBlock) hashes[^1] ^= 1;
        }

        public override void Encode(int data, int parity, Span<byte> stripe, int length)
        {
            base.Encode(data, parity, stripe, length);
            if (wrong == WrongOperation.EncodeRaggedEnd || (wrong == WrongOperation.EncodeMoreThanFourRows && parity > 4)) stripe[^1] ^= 1;
        }

        public override void Rebuild(int data, int parity, uint lost, Span<byte> stripe, int length)
        {
            base.Rebuild(data, parity, lost, stripe, length);
            if (wrong == WrongOperation.Rebuild || (wrong == WrongOperation.RebuildOneShardOfFour && parity == 4)) stripe[3 * length / 2] ^= 0x10;
        }
    }
}
