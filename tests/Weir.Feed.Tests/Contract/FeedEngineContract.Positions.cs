namespace Weir.Feed.Tests.Contract;

public abstract partial class FeedEngineContract
{
    [Fact]
    public async Task A_position_is_what_was_written_last_for_that_consumer_and_topic()
    {
        await AppendAsync("t", "1");
        await AppendAsync("u", "1");
        Assert.Null(await Engine.ReadPositionAsync("t", "a", Cancellation));
        await Engine.WritePositionAsync("t", "a", new(1, 0), Cancellation);
        await Engine.WritePositionAsync("t", "b", new(7, 7), Cancellation);
        await Engine.WritePositionAsync("t", "a", new(2, ulong.MaxValue), Cancellation);

        Assert.Equal(new RecordId(2, ulong.MaxValue), await Engine.ReadPositionAsync("t", "a", Cancellation));
        Assert.Equal(new RecordId(7, 7), await Engine.ReadPositionAsync("t", "b", Cancellation));
        Assert.Null(await Engine.ReadPositionAsync("u", "a", Cancellation));
    }

    [Fact]
    public async Task A_position_may_be_set_back_and_to_zero()
    {
        await AppendAsync("t", "1");
        await Engine.WritePositionAsync("t", "a", new(5, 0), Cancellation);
        await Engine.WritePositionAsync("t", "a", RecordId.Zero, Cancellation);
        Assert.Equal(RecordId.Zero, await Engine.ReadPositionAsync("t", "a", Cancellation));
    }

    [Fact]
    public async Task A_removed_position_is_gone()
    {
        await AppendAsync("t", "1");
        await Engine.WritePositionAsync("t", "a", new(5, 0), Cancellation);
        await Engine.WritePositionAsync("t", "a", null, Cancellation);
        await Engine.WritePositionAsync("t", "never", null, Cancellation);
        Assert.Null(await Engine.ReadPositionAsync("t", "a", Cancellation));
        Assert.Empty(await Engine.ListPositionsAsync("t", Cancellation));
    }

    [Fact]
    public async Task Positions_are_listed_in_ordinal_order_with_odd_names_too()
    {
        await AppendAsync("t", "1");
        string[] consumers = ["b", "a/b", "..", "B", "größe", "a"];
        foreach ((int i, string consumer) in consumers.Index()) await Engine.WritePositionAsync("t", consumer, new(1, (ulong)i), Cancellation);
        Assert.Equal(
            consumers.Index().Select(c => new ConsumerPosition(c.Item, new(1, (ulong)c.Index))).OrderBy(c => c.Consumer, StringComparer.Ordinal),
            await Engine.ListPositionsAsync("t", Cancellation));
    }

    [Fact]
    public async Task A_topic_that_does_not_exist_has_no_positions()
    {
        Assert.Empty(await Engine.ListPositionsAsync("t", Cancellation));
        Assert.Null(await Engine.ReadPositionAsync("t", "a", Cancellation));
    }

    [Fact]
    public async Task Positions_written_at_once_are_all_kept()
    {
        await AppendAsync("t", "1");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(consumer => Task.Run(
            async () =>
            {
                for (ulong i = 0; i <= 10; i++) await Engine.WritePositionAsync("t", $"c{consumer}", new(i, 0), Cancellation);
            },
            Cancellation)));
        Assert.Equal(
            Enumerable.Range(0, 8).Select(i => new ConsumerPosition($"c{i}", new(10, 0))), await Engine.ListPositionsAsync("t", Cancellation));
    }

    [Fact]
    public async Task A_position_is_advanced_and_never_goes_back_by_that()
    {
        await AppendAsync("t", "1");
        Assert.Equal(new RecordId(5, 0), await Engine.AdvancePositionAsync("t", "a", new(5, 0), Cancellation));
        Assert.Equal(new RecordId(5, 0), await Engine.AdvancePositionAsync("t", "a", new(4, 9), Cancellation));
        Assert.Equal(new RecordId(5, 0), await Engine.AdvancePositionAsync("t", "a", new(5, 0), Cancellation));
        Assert.Equal(new RecordId(5, 10), await Engine.AdvancePositionAsync("t", "a", new(5, 10), Cancellation));
        Assert.Equal(new RecordId(5, 10), await Engine.AdvancePositionAsync("t", "a", new(5, 9), Cancellation));
        var far = new RecordId(10, 18_446_744_073_709_551_614);
        Assert.Equal(far, await Engine.AdvancePositionAsync("t", "a", far, Cancellation));
        Assert.Equal(far, await Engine.AdvancePositionAsync("t", "a", new(9, ulong.MaxValue), Cancellation));
        Assert.Equal(far, await Engine.ReadPositionAsync("t", "a", Cancellation));
        await Engine.WritePositionAsync("t", "a", new(1, 0), Cancellation);
        Assert.Equal(new RecordId(2, 0), await Engine.AdvancePositionAsync("t", "a", new(2, 0), Cancellation));
    }

    [Fact]
    public async Task Of_positions_advanced_at_once_by_several_engines_the_highest_stays()
    {
        await AppendAsync("t", "1");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(
            async () =>
            {
                IFeedEngine engine = Open();
                for (ulong i = 0; i < 10; i++)
                {
                    RecordId mine = new((i * 4) + (ulong)writer, 0);
                    Assert.True(await engine.AdvancePositionAsync("t", "a", mine, Cancellation) >= mine);
                }
            },
            Cancellation)));
        Assert.Equal(new RecordId(39, 0), await Engine.ReadPositionAsync("t", "a", Cancellation));
    }

    [Fact]
    public async Task What_lies_behind_a_place_is_measured()
    {
        Assert.Equal(new TopicBacklog("t", RecordId.Zero, RecordId.Zero, 0, 0), await Engine.MeasureAsync("t", RecordId.Zero, Cancellation));
        for (ulong i = 1; i <= 200; i++) await AppendAsync(Engine, "t", Own((i, 0)));
        (RecordId After, long Records, RecordId First)[] cases =
        [
            (RecordId.Zero, 200, new(1, 0)), (new(1, 0), 199, new(2, 0)), (new(1, 5), 199, new(2, 0)), (new(150, 0), 50, new(151, 0)), (new(199, 0), 1, new(200, 0)),
            (new(200, 0), 0, default), (new(500, 0), 0, default), (RecordId.Max, 0, default),
        ];
        foreach ((RecordId after, long records, RecordId first) in cases)
        {
            TopicBacklog backlog = await Engine.MeasureAsync("t", after, Cancellation);
            Assert.Equal((records, first, new RecordId(200, 0), true), (backlog.Records, backlog.FirstId, backlog.LastId, backlog.IsExact));
            Assert.Equal(records > 0, backlog.SizeBytes > 0);
        }

        await Engine.TrimAsync("t", new(101, 0), Cancellation);
        Assert.Equal((100L, new RecordId(101, 0)), await MeasureAsync(RecordId.Zero));
        Assert.Equal((10L, new RecordId(191, 0)), await MeasureAsync(new(190, 0)));

        async Task<(long, RecordId)> MeasureAsync(RecordId after)
        {
            TopicBacklog backlog = await Engine.MeasureAsync("t", after, Cancellation);
            return (backlog.Records, backlog.FirstId);
        }
    }
}
