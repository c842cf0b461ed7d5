using System.Globalization;

namespace Weir.Simulation.Tests.Feed;

/// <summary>Many lives of a feed. A failure names its seed; WEIR_TEST_SEED runs that one alone.</summary>
public sealed class FeedSimulationTests
{
    private const int StepsPerSeed = 60;

    private static readonly int Seeds = Environment.GetEnvironmentVariable("WEIR_TEST_LONG") == "1" ? 5_000 : 200;

    [Fact]
    public async Task Whatever_happens_nothing_acknowledged_is_lost_and_nobody_misses_a_record()
    {
        if (int.TryParse(Environment.GetEnvironmentVariable("WEIR_TEST_SEED"), CultureInfo.InvariantCulture, out int only))
        {
            await RunAsync(only);
            return;
        }

        for (int seed = 0; seed < Seeds; seed++) await RunAsync(seed);
    }

    private static async Task RunAsync(int seed)
    {
        var simulation = new FeedSimulation(seed, TestContext.Current.CancellationToken);
        try
        {
            await simulation.RunAsync(StepsPerSeed).WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Assert.Fail($"Seed {seed}: {failure}\n{simulation.Disk.Trace.Tail(200)}");
        }
    }
}
