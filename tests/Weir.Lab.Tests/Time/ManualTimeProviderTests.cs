using Weir.Lab.Time;

namespace Weir.Lab.Tests.Time;

public sealed class ManualTimeProviderTests
{
    private readonly ManualTimeProvider _time = new(DateTimeOffset.UnixEpoch);

    [Fact]
    public void Timers_fire_in_the_order_in_which_they_are_due_each_at_its_own_time()
    {
        var fired = new List<string>();
        using ITimer late = Timer("late", 3);
        using ITimer periodic = Timer("periodic", 1, 2);
        using ITimer early = Timer("early", 1);

        _time.Advance(TimeSpan.FromSeconds(4));

        Assert.Equal(["periodic 1", "early 1", "late 3", "periodic 3"], fired);
        Assert.Equal(TimeSpan.FromSeconds(4), _time.GetElapsedTime(0));
        Assert.Equal(1, _time.ActiveTimers);

        ITimer Timer(string name, int due, int period = 0) => _time.CreateTimer(
            _ => fired.Add($"{name} {_time.GetUtcNow().ToUnixTimeSeconds()}"), null, TimeSpan.FromSeconds(due), TimeSpan.FromSeconds(period));
    }

    [Fact]
    public void A_timer_that_a_timer_sets_fires_within_the_same_advance()
    {
        int fired = 0;
        ITimer? second = null;
        using ITimer first = _time.CreateTimer(
            _ => second = _time.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan),
            null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(1, fired);
        second?.Dispose();
    }

    [Fact]
    public void A_disposed_or_stopped_timer_does_not_fire()
    {
        int fired = 0;
        ITimer disposed = _time.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        ITimer stopped = _time.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        disposed.Dispose();
        stopped.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(0, fired);
        Assert.False(disposed.Change(TimeSpan.Zero, TimeSpan.Zero));
        stopped.Dispose();
    }

    [Fact]
    public void A_stepped_wall_clock_moves_no_timer()
    {
        int fired = 0;
        using ITimer timer = _time.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(10), Timeout.InfiniteTimeSpan);
        _time.StepWallClock(TimeSpan.FromHours(-1));
        Assert.Equal(-3600, _time.GetUtcNow().ToUnixTimeSeconds());
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(0, fired);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, fired);
    }

    [Fact]
    public async Task A_test_can_wait_until_the_code_under_test_waits()
    {
        Task armed = _time.WhenTimersAsync(1, TestContext.Current.CancellationToken);
        Assert.False(armed.IsCompleted);
        Task delay = Task.Delay(TimeSpan.FromMinutes(1), _time, TestContext.Current.CancellationToken);
        await armed;
        _time.Advance(TimeSpan.FromMinutes(1));
        await delay;
    }
}
