using Weir.Health.Healing.Queueing;

namespace Weir.Health.Tests.Healing;

public sealed class HealBookTests
{
    private readonly HealBook _book = new();
    private long _now = TimeSpan.TicksPerDay;

    [Fact]
    public void Buckets_take_turns_and_a_flood_of_one_does_not_hold_up_another()
    {
        for (int i = 0; i < 1000; i++) Add("flood", $"{i}");
        Add("small", "a");
        Add("small", "b");
        Assert.Equal(["flood/0", "small/a", "flood/1", "small/b", "flood/2"], Enumerable.Range(0, 5).Select(_ => TakeName()));
    }

    [Fact]
    public void Within_a_priority_the_least_margin_goes_first_and_unknown_behind_what_is_near()
    {
        Add("b", "3", margin: 3);
        Add("b", "unknown");
        Add("b", "0", margin: 0);
        Add("b", "1", margin: 1);
        Add("b", "high", HealthPriority.High, margin: 3);
        Assert.Equal(["b/high", "b/0", "b/1", "b/unknown", "b/3"], Enumerable.Range(0, 5).Select(_ => TakeName()));
    }

    [Fact]
    public void Age_raises_what_waits_until_it_passes_what_keeps_coming()
    {
        TimeSpan interval = TimeSpan.FromMinutes(30);
        HealJob old = Add("b", "old", HealthPriority.Low);
        for (int step = 0; step < 4; step++)
        {
            _now += interval.Ticks;
            _book.Queue.Age(_now, interval);
            Add("b", $"fresh-{step}");
        }

        Assert.Equal((HealthPriority.Low, HealthPriority.Emergency), (old.Priority, old.Effective));
        Assert.Equal("b/old", TakeName());
    }

    [Fact]
    public void Age_says_when_the_next_is_due_and_raises_nothing_before()
    {
        TimeSpan interval = TimeSpan.FromMinutes(30);
        HealJob one = Add("b", "one");
        _now += TimeSpan.FromMinutes(10).Ticks;
        HealJob other = Add("b", "other");
        Assert.Equal(one.RequestedAt + interval.Ticks, _book.Queue.Age(_now, interval));
        _now = one.RequestedAt + interval.Ticks;
        Assert.Equal(other.RequestedAt + interval.Ticks, _book.Queue.Age(_now, interval));
        Assert.Equal((HealthPriority.High, HealthPriority.Normal), (one.Effective, other.Effective));
        Assert.Equal(HealthPriority.High, Add("c", "x", HealthPriority.High).Effective);
        Assert.Equal("b/one", TakeName());
    }

    [Fact]
    public void Asking_again_for_more_moves_it_forward_and_for_less_changes_nothing()
    {
        HealJob job = Add("b", "key", HealthPriority.Normal);
        Add("b", "other", HealthPriority.High);
        Assert.False(_book.Promote(job, Make("b", "key", HealthPriority.Low)));
        Assert.True(_book.Promote(job, Make("b", "key", HealthPriority.Emergency, margin: 0)));
        Assert.Equal(1, _book.Queue.PositionOf(job));
        Assert.Equal("b/key", TakeName());
    }

    [Fact]
    public void A_request_for_a_version_is_covered_by_one_for_all_that_waits()
    {
        HealJob all = Add("b", "key");
        var one = new HealJob { Number = 9, Bucket = "b", Key = "key", VersionId = Guid.NewGuid(), Origin = all.Origin, RequestedAt = 0 };
        Assert.Same(all, _book.FindWaiting(one));
        Take();
        Assert.Null(_book.FindWaiting(one));
    }

    [Fact]
    public void An_object_is_never_worked_on_twice_at_once()
    {
        HealJob first = Add("b", "key");
        Assert.Same(first, Take());
        HealJob second = Add("b", "key");
        HealJob other = Add("b", "other");
        Assert.Same(other, Take());
        Assert.Null(Take());
        End(first);
        Assert.Same(second, Take());
    }

    [Fact]
    public void What_waits_for_its_next_try_comes_back_at_its_time()
    {
        HealJob job = Add("b", "key");
        Take();
        _book.Move(job, HealState.Retrying, moved => moved.Run.NotBefore = _now + 100);
        Assert.Equal(_now + 100, _book.Wake(_now + 99));
        Assert.Null(Take());
        Assert.Same(job, _book.FindWaiting(Make("b", "key")));
        Assert.Null(_book.Wake(_now + 100));
        Assert.Same(job, Take());
        Assert.Equal(2, job.Run.Attempts);
    }

    [Fact]
    public void What_has_ended_is_forgotten_after_its_time()
    {
        HealJob one = Add("b", "one"), other = Add("b", "other");
        Take();
        End(one);
        _now += 1000;
        Take();
        End(other);
        _book.Forget(_now);
        Assert.Null(_book.Find(one.Number));
        Assert.Same(other, _book.Find(other.Number));
        Assert.Equal(1, _book.CountOf(HealState.Completed));
    }

    /// <summary>Whatever happens in whatever order, counts, positions and the order agree with a plain list.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Any_order_of_changes_keeps_it_consistent(int seed)
    {
        var random = new Random(seed);
        for (int step = 0; step < 5000; step++)
        {
            _now += TimeSpan.TicksPerMinute;
            HealJob[] all = _book.All();
            HealJob? any = all.Length == 0 ? null : all[random.Next(all.Length)];
            switch (random.Next(8))
            {
                case 0 or 1 or 2:
                    HealJob asked = Make($"bucket{random.Next(5)}", $"{random.Next(60)}", (HealthPriority)random.Next(5), random.Next(5) - 1);
                    if (_book.FindWaiting(asked) is { } waiting) _book.Promote(waiting, asked);
                    else _book.Add(asked);
                    break;
                case 3:
                    Take();
                    break;
                case 4 when any is { State: HealState.Running }:
                    End(any);
                    break;
                case 5 when any is { State: HealState.Running or HealState.Queued }:
                    _book.Move(any, HealState.Retrying, moved => moved.Run.NotBefore = _now + random.Next(10) * TimeSpan.TicksPerMinute);
                    break;
                case 6 when any is { IsWaiting: true }:
                    _book.Move(any, HealState.Cancelled, moved => moved.Run.EndedAt = _now);
                    break;
                default:
                    _book.Wake(_now);
                    _book.Queue.Age(_now, TimeSpan.FromMinutes(30));
                    if (random.Next(10) == 0) _book.Forget(_now - TimeSpan.TicksPerHour);
                    break;
            }

            if (step % 100 == 0) Check(seed);
        }

        Check(seed);
    }

    private void Check(int seed)
    {
        HealJob[] all = _book.All(), order = [.. _book.Queue.InOrder()];
        Assert.Equal(all.Count(job => job.State == HealState.Queued), order.Length);
        foreach (HealState state in Enum.GetValues<HealState>()) Assert.Equal(all.Count(job => job.State == state), _book.CountOf(state));
        Assert.Equal(order.OrderByDescending(job => job.Effective), order);
        Assert.Equal(order.Length, _book.Queue.Count);
        // Exact where nothing was taken out of the middle; never less than it is.
        for (int i = 0; i < order.Length; i++) Assert.True(_book.Queue.PositionOf(order[i]) >= i + 1 - 60, $"seed {seed}: {order[i].Id} is at {i + 1}, told {_book.Queue.PositionOf(order[i])}");
        Assert.Equal(all.Count(job => job.State == HealState.Running), _book.Running.Count());
    }

    private HealJob Make(string bucket, string key, HealthPriority priority = HealthPriority.Normal, int? margin = null) =>
        _book.Make(_book.NextNumber, new() { Bucket = bucket, Object = key, Priority = priority, Margin = margin }, null, _now);

    private HealJob Add(string bucket, string key, HealthPriority priority = HealthPriority.Normal, int? margin = null)
    {
        HealJob job = Make(bucket, key, priority, margin);
        _book.Add(job);
        return job;
    }

    private HealJob? Take() => _book.Take(_ => true, int.MaxValue, _now);

    private string TakeName() => Take() is { } job ? $"{job.Bucket}/{job.Key}" : "";

    private void End(HealJob job) => _book.Move(job, HealState.Completed, moved => moved.Run.EndedAt = _now);
}
