using Weir.Feed.Redis.Servers;

namespace Weir.Feed.Redis.Tests.Servers;

public sealed class BackOffTests
{
    [Fact]
    public void Pauses_double_up_to_three_seconds_and_are_up_to_a_half_shorter_by_chance()
    {
        var backOff = new BackOff(new Random(1));
        Assert.Equal(TimeSpan.Zero, backOff.After(0));
        for (int failures = 1; failures < 100; failures++)
        {
            double full = Math.Min(0.05 * Math.Pow(2, failures - 1), 3);
            Assert.InRange(backOff.After(failures).TotalSeconds, full / 2, full);
        }

        Assert.True(Enumerable.Range(0, 10).Select(_ => backOff.After(5)).Distinct().Count() > 1);
    }
}
