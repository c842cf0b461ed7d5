using System.Globalization;

namespace Weir.Simulation.Tests.Coordinator;

/// <summary>Sixty seeds, or thousands with WEIR_TEST_LONG=1; from WEIR_TEST_SEED on where that is set. A failure names its seed.</summary>
public class CoordinatorSimulationTests
{
    private const int SeedsPerTest = 10;

    private const int SeedsPerFairTest = 3;

    /// <summary>Where mistakes were found once.</summary>
    private static readonly int[] Found = [431, 491, 801, 1041, 1841];

    public static TheoryData<int> Starts()
    {
        bool isLong = Environment.GetEnvironmentVariable("WEIR_TEST_LONG") is not null;
        if (int.TryParse(Environment.GetEnvironmentVariable("WEIR_TEST_SEED"), CultureInfo.InvariantCulture, out int first)) return [.. From(first, isLong ? 3000 : SeedsPerTest)];
        int seeds = isLong ? 3000 : 60;
        return [.. From(1, seeds).Concat(Found.Where(seed => seed > seeds))];

        static IEnumerable<int> From(int first, int seeds) => Enumerable.Range(0, seeds / SeedsPerTest).Select(i => first + (i * SeedsPerTest));
    }

    [Theory, MemberData(nameof(Starts))]
    public async Task Through_crashes_hangs_lies_and_kills_every_request_ends_and_nobody_is_handed_what_is_anothers(int firstSeed)
    {
        int kills = 0;
        int troubles = 0;
        long handedOut = 0;
        for (int seed = firstSeed; seed < firstSeed + SeedsPerTest; seed++)
        {
            using CoordinatorSimulation simulation = await RunAsync(seed, isFair: false);
            kills += simulation.Kills;
            troubles += simulation.Troubles;
            handedOut += simulation.HandedOut;
        }

        Assert.True(kills > SeedsPerTest && troubles > SeedsPerTest && handedOut > 1000, $"{kills} kills, {troubles} troubles, {handedOut} requests handed out: that is no trouble");
    }

    /// <summary>The bound that docs/coordinator.md states is checked after each turn.</summary>
    [Theory, MemberData(nameof(Starts))]
    public async Task Where_users_share_fairly_nobody_is_passed_by_more_often_than_the_bound_says(int firstSeed)
    {
        long checks = 0;
        for (int seed = firstSeed; seed < firstSeed + SeedsPerFairTest; seed++)
        {
            using CoordinatorSimulation simulation = await RunAsync(seed, isFair: true);
            checks += simulation.FairnessChecks;
        }

        Assert.True(checks > 1000, $"Seeds from {firstSeed}: somebody waited while others were served only {checks} times");
    }

    private static async Task<CoordinatorSimulation> RunAsync(int seed, bool isFair)
    {
        var simulation = new CoordinatorSimulation(seed, isFair);
        try
        {
            await simulation.RunAsync();
            return simulation;
        }
        catch (Exception failed)
        {
            simulation.Dispose();
            throw new InvalidOperationException($"Seed {seed}: {failed.Message}", failed);
        }
    }
}
