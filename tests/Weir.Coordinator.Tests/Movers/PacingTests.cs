using Weir.Coordinator.Movers;
using Weir.Lab.Time;

namespace Weir.Coordinator.Tests.Movers;

public sealed class PacingTests
{
    [Fact]
    public async Task Bandwidth_is_shared_and_never_exceeded_by_more_than_a_second()
    {
        var time = new ManualTimeProvider();
        var bandwidth = new Bandwidth(1000, time);
        bandwidth.Spend(1000, CancellationToken.None);
        Task debt = Task.Run(() => bandwidth.Spend(2500, CancellationToken.None), TestContext.Current.CancellationToken);
        await WaitForTimerAsync(time);
        time.Advance(TimeSpan.FromSeconds(2.4));
        Assert.False(debt.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.1));
        await debt.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        // Idle time saves up a second's worth and no more.
        time.Advance(TimeSpan.FromHours(1));
        bandwidth.Spend(1000, CancellationToken.None);
        Task more = Task.Run(() => bandwidth.Spend(1, CancellationToken.None), TestContext.Current.CancellationToken);
        await WaitForTimerAsync(time);
        time.Advance(TimeSpan.FromMilliseconds(1));
        await more.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Without_a_limit_nothing_waits() => new Bandwidth(0, new ManualTimeProvider()).Spend(int.MaxValue, CancellationToken.None);

    [Fact]
    public void A_wait_for_bandwidth_can_be_cancelled()
    {
        var bandwidth = new Bandwidth(1, TimeProvider.System);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => bandwidth.Spend(int.MaxValue, cancelled.Token));
    }

    [Fact]
    public void Delays_double_up_to_the_longest_and_have_a_random_part()
    {
        var rules = new RetryRules { FirstDelay = TimeSpan.FromSeconds(1), LongestDelay = TimeSpan.FromSeconds(10) };
        var random = new Random(1);
        double[] most = [1, 2, 4, 8, 10, 10];
        for (int attempt = 1; attempt <= most.Length; attempt++) Assert.InRange(rules.Delay(attempt, random).TotalSeconds, most[attempt - 1] / 2, most[attempt - 1]);
        Assert.InRange(rules.Delay(int.MaxValue, random).TotalSeconds, 5, 10);
    }

    [Theory]
    [InlineData(MoverErrno.Busy, true)]
    [InlineData(MoverErrno.InputOutput, true)]
    [InlineData(MoverErrno.NoSpace, false)]
    [InlineData(MoverErrno.NoEntry, false)]
    [InlineData(MoverErrno.Cancelled, false)]
    public void Errors_that_may_pass_are_tried_again(int errno, bool isTried) => Assert.Equal(isTried, new RetryRules().IsPassing(errno));

    [Theory]
    [InlineData("EIO", 5)]
    [InlineData("5", 5)]
    [InlineData("ENOSPC", 28)]
    [InlineData("0", 0)]
    [InlineData("eio", 0)]
    [InlineData("-5", 0)]
    [InlineData("99999", 0)]
    public void Errors_have_names(string text, int errno)
    {
        Assert.Equal(errno != 0, MoverErrno.TryParse(text, out int parsed));
        if (errno != 0) Assert.Equal(errno, parsed);
    }

    private static async Task WaitForTimerAsync(ManualTimeProvider time)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (time.ActiveTimers == 0) await Task.Delay(1, limit.Token);
    }
}
