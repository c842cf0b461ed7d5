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
}
