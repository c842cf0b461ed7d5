using System.Globalization;

namespace Weir.Simulation.Tests.Consumers;

/// <summary>Many lives of consumers. A failure names its seed; WEIR_TEST_SEED runs that one alone.</summary>
public sealed class ConsumerSimulationTests
{
    private const int StepsPerSeed = 120;

    private static readonly int Seeds = Environment.GetEnvironmentVariable("WEIR_TEST_LONG") == "1" ? 4_000 : 200;

    [Fact]
    public async Task Whoever_is_killed_and_whenever_each_consumer_is_given_everything_and_nothing_past_a_confirmed_acknowledgement()
    {
        if (int.TryParse(Environment.GetEnvironmentVariable("WEIR_TEST_SEED"), CultureInfo.InvariantCulture, out int only))
        {
            await RunAsync(only);
            return;
        }

        int repeats = 0, given = 0;
        for (int seed = 0; seed < Seeds; seed++)
        {
            (int Repeats, int Given) run = await RunAsync(seed);
            repeats += run.Repeats;
            given += run.Given;
        }

        // Otherwise nothing was tried.
        Assert.True(given > 20 * Seeds, $"Only {given} records were given.");
        Assert.True(repeats > Seeds, $"Only {repeats} records came again.");
    }

    private static async Task<(int Repeats, int Given)> RunAsync(int seed)
    {
        var simulation = new ConsumerSimulation(seed, TestContext.Current.CancellationToken);
        try
        {
            await simulation.RunAsync(StepsPerSeed).WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
            return (simulation.Repeats, simulation.Given);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Assert.Fail($"Seed {seed}: {failure}\n{simulation.Disk.Trace.Tail(200)}");
            return default;
        }
    }
}
