using Weir.Health.Pacing;
using Weir.Health.Policies;
using Weir.Lab.Time;

namespace Weir.Health.Tests.Pacing;

public sealed class PacerTests
{
    [Fact]
    public void A_policy_sets_the_pace_of_drives_that_are_known_and_of_those_that_come()
    {
        using var pacer = new Pacer(new ScanPolicy { BandwidthLimitMbps = 10 }, new ManualTimeProvider());
        Assert.Equal(10e6, pacer.For("/a").Bytes.PerSecond);
        pacer.Apply(new() { BandwidthLimitMbps = 20, IopsLimit = 7, DriveConcurrency = 3 });
        Assert.Equal(20e6, pacer.For("/a").Bytes.PerSecond);
        Assert.Equal(7, pacer.For("/b").Calls.PerSecond);
        Assert.Same(pacer.For("/a"), pacer.For("/a"));
        Assert.Equal(3, pacer.DriveConcurrency);
        pacer.Apply(new());
        Assert.Equal(0, pacer.For("/a").Bytes.PerSecond);
    }

    [Fact]
    public async Task Objects_wait_for_their_limit_until_it_is_taken_away()
    {
        var time = new ManualTimeProvider();
        using var pacer = new Pacer(new ScanPolicy { ObjectsPerSecondLimit = 10 }, time);
        Task waiting = pacer.ObjectsAsync(1000, CancellationToken.None).AsTask();
        await time.WhenTimersAsync(1, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.False(waiting.IsCompleted);
        pacer.Apply(new());
        time.Advance(TimeSpan.FromSeconds(1));
        await waiting.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Task unlimited = pacer.ObjectsAsync(1_000_000, CancellationToken.None).AsTask();
        Assert.True(unlimited.IsCompletedSuccessfully);
    }

    [Fact]
    public void Presets_change_limits_alone()
    {
        var policy = new ScanPolicy { DefaultScanInterval = TimeSpan.FromHours(3), PriorityBuckets = ["a"], BandwidthLimitMbps = 1 };
        foreach (string name in PacingPresets.Names)
        {
            ScanPolicy changed = PacingPresets.Apply(name, policy);
            Assert.Equal(policy.DefaultScanInterval, changed.DefaultScanInterval);
            Assert.Same(policy.PriorityBuckets, changed.PriorityBuckets);
            Assert.NotEqual(1, changed.BandwidthLimitMbps);
        }

        Assert.Equal("unknown_preset", Assert.Throws<HealthException>(() => PacingPresets.Apply("warp", policy)).Code);
    }
}
