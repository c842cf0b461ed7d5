using Weir.Erasure.Coding;

namespace Weir.Erasure.Tests.Coding;

/// <summary>Every coding path that this processor has, so that each test runs on each.</summary>
public static class Paths
{
    public static TheoryData<CodingPath> All => [.. CodingPaths.Available];
}
