namespace Weir.Simulation.Tests.Hsm;

/// <summary>Fifty seeds, or thousands with WEIR_TEST_LONG=1. A failure names its seed.</summary>
public class ShippingSimulationTests
{
    private const int SeedsPerTest = 10;

    public static TheoryData<int> Starts()
    {
        int seeds = Environment.GetEnvironmentVariable("WEIR_TEST_LONG") is null ? 50 : 5000;
        return [.. Enumerable.Range(0, seeds / SeedsPerTest).Select(i => 1 + i * SeedsPerTest)];
    }

    [Theory, MemberData(nameof(Starts))]
    public async Task Through_crashes_failed_calls_fail_overs_and_damaged_files_the_feed_tells_the_truth(int firstSeed)
    {
        int crashes = 0;
        int failures = 0;
        for (int seed = firstSeed; seed < firstSeed + SeedsPerTest; seed++)
        {
            using var simulation = new ShippingSimulation(seed);
            try
            {
                await simulation.RunAsync();
            }
            catch (Exception failed)
            {
                throw new InvalidOperationException($"Seed {seed}: {failed.Message}", failed);
            }

            crashes += simulation.Crashes;
            failures += simulation.Failures;
        }

        Assert.True(crashes > SeedsPerTest && failures > SeedsPerTest, $"{crashes} crashes, {failures} failed polls: that is no trouble");
    }
}
