using Weir.Hsm;

namespace Weir.Simulation.Tests.Hsm;

/// <summary>Shipper, janitor and readers over days, with everything that goes wrong.</summary>
public class StreamTests
{
    private static readonly TimeSpan Length = TimeSpan.FromDays(2);
    private static readonly TimeSpan QuietEvery = TimeSpan.FromHours(3);

    [Theory]
    [InlineData(1, ActionLayout.PerMdt)]
    [InlineData(2, ActionLayout.Single)]
    [InlineData(3, ActionLayout.PerMdt)]
    [InlineData(4, ActionLayout.Single)]
    public async Task At_quiet_moments_files_and_stream_agree_and_the_stream_is_short(int seed, ActionLayout layout)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        await using var world = new StreamWorld(seed, layout);
        DateTimeOffset start = world.Now;
        DateTimeOffset quiet = start + QuietEvery;
        while (world.Now - start < Length)
        {
            await world.StepAsync(cancellationToken);
            if (world.Now < quiet) continue;
            quiet += QuietEvery;
            await world.CheckAsync(cancellationToken);
        }

        // A history in which nothing went wrong would prove little.
        Assert.True(world.Crashes > 5 && world.PowerLosses > 0 && world.Outages > 0, $"{world.Crashes} crashes, {world.PowerLosses} power losses, {world.Outages} outages of the feed");
        Assert.True(world.Counts.FailOvers > 5 && world.Counts.TornFiles > 5 && world.Counts.ReusedIndices > 100 && world.Removed > 1000, world.Counts.ToString());
    }
}
