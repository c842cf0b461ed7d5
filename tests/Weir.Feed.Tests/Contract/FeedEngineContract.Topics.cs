namespace Weir.Feed.Tests.Contract;

public abstract partial class FeedEngineContract
{
    [Fact]
    public async Task A_topic_is_described_by_what_it_holds()
    {
        Assert.Null(await Engine.DescribeAsync("t", Cancellation));
        await AppendAsync(Engine, "t", Own((1, 0), (2, 0)));
        await AppendAsync(Engine, "t", Own((3, 5)));

        TopicInfo info = await DescribeAsync("t");
        Assert.Equal(("t", new RecordId(1, 0), new RecordId(3, 5), 3L), (info.Topic, info.FirstId, info.LastId, info.Count));
        Assert.True(info.SizeBytes > 0);
        Assert.NotEmpty(info.Durability);
    }

    [Fact]
    public async Task Topics_are_listed_by_prefix_in_ordinal_order()
    {
        foreach (string topic in new[] { "b", "a:2", "a:1", "a", "A", "a:10" }) await AppendAsync(topic, "{}");
        Assert.Equal(["A", "a", "a:1", "a:10", "a:2", "b"], await Engine.ListTopicsAsync("", Cancellation));
        Assert.Equal(["a:1", "a:10", "a:2"], await Engine.ListTopicsAsync("a:", Cancellation));
        Assert.Empty(await Engine.ListTopicsAsync("c", Cancellation));
    }

    [Fact]
    public async Task An_empty_feed_has_no_topics() => Assert.Empty(await Engine.ListTopicsAsync("", Cancellation));

    [Fact]
    public async Task A_deleted_topic_is_gone_with_its_records_and_positions()
    {
        await AppendAsync(Engine, "t", Own((1, 0), (2, 0)));
        await AppendAsync("other", "1");
        await Engine.WritePositionAsync("t", "c", new(1, 0), Cancellation);

        Assert.True(await Engine.DeleteTopicAsync("t", Cancellation));
        Assert.False(await Engine.DeleteTopicAsync("t", Cancellation));
        Assert.Null(await Engine.DescribeAsync("t", Cancellation));
        Assert.Empty(await ReadAllAsync(Engine, "t"));
        Assert.Null(await Engine.ReadPositionAsync("t", "c", Cancellation));
        Assert.Equal(["other"], await Engine.ListTopicsAsync("", Cancellation));
    }

    [Fact]
    public async Task A_topic_that_was_deleted_can_be_written_anew()
    {
        await AppendAsync(Engine, "t", Own((5, 0)));
        await using ITopicCursor cursor = Engine.OpenCursor("t", RecordId.Zero);
        await ReadAllAsync(cursor);
        await Engine.DeleteTopicAsync("t", Cancellation);
        Assert.Empty(await ReadAllAsync(cursor));

        await AppendAsync(Engine, "t", Own((1, 0), (6, 0)));
        Assert.Equal(["1-0", "6-0"], await ReadDataAsync("t"));
        Assert.Equal(["6-0"], Data(await ReadAllAsync(cursor)));
    }

    [Fact]
    public async Task Everything_is_there_when_the_feed_is_opened_again()
    {
        await AppendAsync(Engine, "t", Own((1, 0), (2, 0), (3, 0)));
        await AppendAsync(Engine, "t", Own((4, 0)), new(AppendDurability.Buffered));
        await AppendAsync("empty", "1");
        await Engine.TrimAsync("t", new(2, 0), Cancellation);
        await Engine.TrimAsync("empty", RecordId.Max, Cancellation);
        await Engine.WritePositionAsync("t", "c", new(2, 0), Cancellation);
        TopicInfo empty = await DescribeAsync("empty");

        await ReopenAsync();
        Assert.Equal(["2-0", "3-0", "4-0"], await ReadDataAsync("t"));
        Assert.Equal(new RecordId(2, 0), await Engine.ReadPositionAsync("t", "c", Cancellation));
        Assert.Equal(empty.LastId, (await DescribeAsync("empty")).LastId);
        await Assert.ThrowsAsync<IdNotAboveLastException>(() => AppendAsync(Engine, "t", Own((4, 0))));
        await AppendAsync(Engine, "t", Own((4, 1)));
        Assert.Equal(["2-0", "3-0", "4-0", "4-1"], await ReadDataAsync("t"));
        Assert.True(await AppendAsync("empty", "2") > empty.LastId);
    }

    [Fact]
    public async Task A_disposed_engine_refuses_to_append_and_can_be_disposed_again()
    {
        await AppendAsync("t", "1");
        await Engine.DisposeAsync();
        await Engine.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => AppendAsync("t", "2"));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => AppendAsync("another", "2"));
        await ReopenAsync();
        Assert.Equal(["1"], await ReadDataAsync("t"));
    }

    [Fact]
    public async Task Appends_that_wait_when_the_engine_is_disposed_end_and_are_kept_when_they_succeeded()
    {
        Task<RecordId>[] appends = [.. Enumerable.Range(0, 100).Select(i => AppendAsync("t", $"{i}"))];
        await Engine.DisposeAsync();
        var kept = new List<RecordId>();
        foreach (Task<RecordId> append in appends)
        {
            Exception? failure = await Xunit.Record.ExceptionAsync(() => append);
            if (failure is null) kept.Add(await append);
            else Assert.IsType<ObjectDisposedException>(failure);
        }

        await ReopenAsync();
        Assert.Empty(kept.Except((await ReadAllAsync(Engine, "t")).Select(r => r.Id)));
    }
}
