using Weir.Erasure.Coding;

namespace Weir.Erasure.Tests.Coding;

public sealed class CodingSelfTestTests
{
    [Theory, MemberData(nameof(Paths.All), MemberType = typeof(Paths))]
    public void Every_path_passes_its_self_test(CodingPath path) => CodingSelfTest.Run(path);

    [Fact]
    public void The_path_in_use_is_one_of_this_processor() => Assert.Contains(CodingPaths.Current, CodingPaths.Available);

    [Fact]
    public void The_portable_paths_are_always_there()
    {
        Assert.Contains(CodingPath.Scalar, CodingPaths.Available);
        Assert.Contains(CodingPath.Vector128, CodingPaths.Available);
    }
}
