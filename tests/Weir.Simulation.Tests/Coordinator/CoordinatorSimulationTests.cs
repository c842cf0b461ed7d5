namespace Weir.Simulation.Tests.Coordinator;

/// <summary>Sixty seeds, or thousands with WEIR_TEST_LONG=1. A failure names its seed.</summary>
public class CoordinatorSimulationTests
{
    private const int SeedsPerTest = 10;

    /// <summary>Where mistakes were found once.</summary>
    private static readonly int[] Found = [431, 491, 801, 1041, 1841];

    public static TheoryData<int> Starts()
    {
        int seeds = Environment.GetEnvironmentVariable("WEIR_TEST_LONG") is null ? 60 : 3000;
        return [.. Enumerable.Range(0, seeds / SeedsPerTest).Select(i => 1 + (i * SeedsPerTest)).Concat(Found.Where(seed => seed > seeds))];
    }

    [Theory, MemberData(nameof(Starts))]
    public async Task Through_crashes_hangs_lies_and_kills_every_request_ends_and_nobody_is_handed_what_is_anothers(int firstSeed)
    {
        int kills = 0;
        int troubles = 0;
        long handedOut = 0;
        for (int seed = firstSeed; seed < firstSeed + SeedsPerTest; seed++)
        {
            using var simulation = new CoordinatorSimulation(seed);
            try
            {
                await simulation.RunAsync();
            }
            catch (Exception failed)
            {
                throw new InvalidOperationException($"Seed {seed}: {failed.Message}", failed);
            }

            kills += simulation.Kills;
            troubles += simulation.Troubles;
            handedOut += simulation.HandedOut;
        }

        Assert.True(kills > SeedsPerTest && troubles > SeedsPerTest && handedOut > 1000, $"{kills} kills, {troubles} troubles, {handedOut} requests handed out: that is no trouble");
    }
}
