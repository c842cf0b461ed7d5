using Weir.Erasure.Coding;

namespace Weir.Erasure.Tests.Coding;

public sealed class CodingSelfTestTests
{
    [Theory, MemberData(nameof(Paths.All), MemberType = typeof(Paths))]
    public void Every_path_passes_its_self_test(CodingPath path) => CodingSelfTest.Run(path);

    [Fact]
    public void The_path_in_use_is_one_of_this_processor() => Assert.Contains(CodingPaths.Current, CodingPaths.Available);

    [Fact]
    public void A_path_is_forced_by_its_name_and_an_unknown_name_is_refused()
    {
        Assert.Equal(CodingPath.Vector128, CodingPaths.Choose("vector128"));
        Assert.Equal(CodingPaths.Available[^1], CodingPaths.Choose(null));
        Assert.Contains("names no coding path", Assert.Throws<InvalidOperationException>(() => CodingPaths.Choose("sse9")).Message);
        Assert.Throws<InvalidOperationException>(() => CodingPaths.Choose("77"));
    }

    [Fact]
    public void The_portable_paths_are_always_there()
    {
        Assert.Contains(CodingPath.Scalar, CodingPaths.Available);
        Assert.Contains(CodingPath.Vector128, CodingPaths.Available);
    }
}
