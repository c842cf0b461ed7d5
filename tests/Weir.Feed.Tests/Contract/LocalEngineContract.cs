namespace Weir.Feed.Tests.Contract;

/// <summary>What engines do beyond <see cref="FeedEngineContract"/> whose clock is ours and whose topics have one writer.</summary>
public abstract class LocalEngineContract : FeedEngineContract
{
    protected SteppedClock Clock { get; } = new();

    [Fact]
    public async Task Given_ids_have_the_time_of_the_append()
    {
        DateTimeOffset now = Clock.GetUtcNow();
        Assert.Equal(RecordId.AtTime(now), await AppendAsync("t", "1"));
        Assert.Equal(RecordId.AtTime(now).Next(), await AppendAsync("t", "2"));
        Clock.Step(TimeSpan.FromMilliseconds(1));
        Assert.Equal(RecordId.AtTime(now.AddMilliseconds(1)), await AppendAsync("t", "3"));
    }

    [Fact]
    public async Task Given_ids_increase_when_the_clock_steps_back()
    {
        RecordId before = await AppendAsync("t", "1");
        Clock.Step(TimeSpan.FromHours(-1));
        RecordId after = await AppendAsync("t", "2");
        Assert.True(after > before);
        await ReopenAsync();
        Assert.True(await AppendAsync("t", "3") > after);
    }

    [Fact]
    public async Task A_second_writer_is_refused_and_told_who_the_first_is()
    {
        await AppendAsync("t", "1");
        IFeedEngine second = Open();
        var refused = await Assert.ThrowsAsync<TopicLockedException>(() => AppendAsync(second, "t", Batch("2")));
        Assert.Equal("t", refused.Topic);
        Assert.Contains($"{Environment.ProcessId}", refused.Holder, StringComparison.Ordinal);

        await AppendAsync(second, "u", Batch("1"));
        await AppendAsync("t", "3");
        Assert.Equal(["1", "3"], Data(await ReadAllAsync(second, "t")));
    }

    [Fact]
    public async Task When_the_first_writer_has_gone_the_second_may_write()
    {
        await AppendAsync("t", "1");
        IFeedEngine second = Open();
        await Assert.ThrowsAsync<TopicLockedException>(() => AppendAsync(second, "t", Batch("2")));
        await Engine.DisposeAsync();
        await AppendAsync(second, "t", Batch("2"));
        Assert.Equal(["1", "2"], Data(await ReadAllAsync(second, "t")));
    }

    [Fact]
    public async Task A_topic_that_another_writes_is_not_deleted()
    {
        await AppendAsync("t", "1");
        IFeedEngine second = Open();
        await Assert.ThrowsAsync<TopicLockedException>(async () => await second.DeleteTopicAsync("t", Cancellation));
        await AppendAsync("t", "2");
        Assert.Equal(["1", "2"], await ReadDataAsync("t"));
    }

    [Fact]
    public async Task A_reader_in_another_engine_is_woken_and_reads_every_record()
    {
        const int Records = 200;
        IFeedEngine other = Open();
        using IFeedWatch watch = other.Watch("t");
        await using ITopicCursor cursor = other.OpenCursor("t", RecordId.Zero);
        Task appends = AppendOneByOneAsync();
        var data = new List<string>();
        while (true)
        {
            data.AddRange(Data(await ReadAllAsync(cursor)));
            if (data.Count >= Records) break;
            await Soon(watch.WaitAsync(Cancellation));
        }

        await appends;
        Assert.Equal(Enumerable.Range(0, Records).Select(i => $"{i}"), data);

        async Task AppendOneByOneAsync()
        {
            for (int i = 0; i < Records; i++) await AppendAsync("t", $"{i}");
        }
    }

    [Fact]
    public async Task Trims_and_positions_of_one_engine_are_seen_by_another()
    {
        await AppendAsync(Engine, "t", Own((1, 0), (2, 0), (3, 0)));
        IFeedEngine other = Open();
        await using ITopicCursor cursor = Engine.OpenCursor("t", RecordId.Zero, new CursorOptions { PageBytes = 1 });
        await cursor.ReadAsync(Cancellation);
        await other.TrimAsync("t", new(3, 0), Cancellation);
        await other.WritePositionAsync("t", "c", new(2, 0), Cancellation);

        Assert.Equal(["3-0"], Data(await ReadAllAsync(cursor)));
        Assert.Equal(["3-0"], await ReadDataAsync("t"));
        Assert.Equal(1, (await DescribeAsync("t")).Count);
        Assert.Equal(new RecordId(2, 0), await Engine.ReadPositionAsync("t", "c", Cancellation));
        await AppendAsync(Engine, "t", Own((4, 0)));
        Assert.Equal(["3-0", "4-0"], Data(await ReadAllAsync(other, "t")));
    }

    [Fact]
    public async Task Positions_and_trims_of_several_engines_at_once_are_all_kept()
    {
        await AppendAsync(Engine, "t", Own([.. Enumerable.Range(1, 20).Select(i => ((ulong)i, 0UL))]));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(consumer => Task.Run(
            async () =>
            {
                IFeedEngine engine = Open();
                for (ulong i = 1; i <= 5; i++)
                {
                    await engine.WritePositionAsync("t", $"c{consumer}", new(i, 0), Cancellation);
                    await engine.TrimAsync("t", new((i * 3) + (ulong)consumer, 0), Cancellation);
                }
            },
            Cancellation)));
        Assert.Equal(Enumerable.Range(0, 4).Select(i => new ConsumerPosition($"c{i}", new(5, 0))), await Engine.ListPositionsAsync("t", Cancellation));
        Assert.Equal("18-0", (await ReadDataAsync("t"))[0]);
    }

    [Fact]
    public async Task Buffered_records_are_not_seen_before_they_are_durable()
    {
        await AppendAsync("t", "1");
        await AppendAsync(Engine, "t", Batch("2"), new(AppendDurability.Buffered));
        Assert.Equal(["1"], await ReadDataAsync("t"));
        Assert.Equal(["1"], Data(await ReadAllAsync(Open(), "t")));
        await Soon(Engine.SyncAsync("t", Cancellation));
        Assert.Equal(["1", "2"], await ReadDataAsync("t"));
    }
}
