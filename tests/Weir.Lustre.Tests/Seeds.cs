namespace Weir.Lustre.Tests;

/// <summary>The seeds that seeded tests run with; a failing one names its own.</summary>
public static class Seeds
{
    public static TheoryData<int> Few => [1, 2, 3, 4, 5, 6, 7, 8];
}
