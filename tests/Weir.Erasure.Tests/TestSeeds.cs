using System.Globalization;

namespace Weir.Erasure.Tests;

/// <summary>
/// The seeds that a property is tried with: the first few, always the same; in the long form (<c>WEIR_TEST_LONG=1</c>) hundreds, others each time.
/// A failing test has its seed in its name, and <c>WEIR_TEST_SEED</c> runs that one alone.
/// </summary>
internal static class TestSeeds
{
    private static readonly int LongFirst = Random.Shared.Next(1000, 1_000_000);

    public static IEnumerable<int> Of(int count, int longCount)
    {
        if (int.TryParse(Environment.GetEnvironmentVariable("WEIR_TEST_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out int only)) return [only];
        return Environment.GetEnvironmentVariable("WEIR_TEST_LONG") == "1" ? Enumerable.Range(LongFirst, longCount) : Enumerable.Range(1, count);
    }
}
