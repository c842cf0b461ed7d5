namespace Weir.Feed.Tests.Contract;

public abstract partial class FeedEngineContract
{
    [Theory]
    [InlineData(0, 0, new[] { "1-0", "2-0", "2-1", "5-0" })]
    [InlineData(1, 0, new[] { "1-0", "2-0", "2-1", "5-0" })]
    [InlineData(2, 1, new[] { "2-1", "5-0" })]
    [InlineData(3, 0, new[] { "5-0" })]
    [InlineData(5, 0, new[] { "5-0" })]
    [InlineData(5, 1, new string[0])]
    [InlineData(99, 0, new string[0])]
    public async Task A_trim_takes_what_is_below_its_id_and_nothing_else(int milliseconds, int sequence, string[] left)
    {
        await AppendAsync(Engine, "t", Own((1, 0), (2, 0), (2, 1), (5, 0)));
        await Engine.TrimAsync("t", new((ulong)milliseconds, (ulong)sequence), Cancellation);

        Assert.Equal(left, await ReadDataAsync("t"));
        TopicInfo info = await DescribeAsync("t");
        Assert.Equal(left.Length, info.Count);
        Assert.Equal(left.Length == 0 ? RecordId.Zero : RecordId.Parse(left[0]), info.FirstId);
        Assert.Equal(new RecordId(5, 0), info.LastId);
    }

    [Fact]
    public async Task A_trim_never_goes_backwards()
    {
        await AppendAsync(Engine, "t", Own((1, 0), (2, 0), (3, 0)));
        await Engine.TrimAsync("t", new(3, 0), Cancellation);
        await Engine.TrimAsync("t", new(2, 0), Cancellation);
        Assert.Equal(["3-0"], await ReadDataAsync("t"));
    }

    [Fact]
    public async Task Ids_go_on_above_the_last_when_everything_is_trimmed()
    {
        await AppendAsync(Engine, "t", Own((5, 0)));
        await Engine.TrimAsync("t", RecordId.Max, Cancellation);
        await Assert.ThrowsAsync<IdNotAboveLastException>(() => AppendAsync(Engine, "t", Own((5, 0))));
        await AppendAsync(Engine, "t", Own((5, 1), (7, 0)));
        Assert.Equal(["5-1", "7-0"], await ReadDataAsync("t"));
    }

    [Fact]
    public async Task A_trim_far_above_the_end_takes_only_what_is_there()
    {
        await AppendAsync(Engine, "t", Own((5, 0)));
        await Engine.TrimAsync("t", new(1_000, 0), Cancellation);
        await AppendAsync(Engine, "t", Own((6, 0)));
        Assert.Equal(["6-0"], await ReadDataAsync("t"));
    }

    [Fact]
    public async Task Trimming_a_topic_that_does_not_exist_does_nothing()
    {
        await Engine.TrimAsync("t", new(3, 0), Cancellation);
        Assert.Null(await Engine.DescribeAsync("t", Cancellation));
    }

    [Fact]
    public async Task A_cursor_goes_on_behind_what_was_trimmed_under_it()
    {
        await AppendAsync(Engine, "t", Own((1, 0), (2, 0), (3, 0), (4, 0)));
        await using ITopicCursor cursor = Engine.OpenCursor("t", RecordId.Zero, new CursorOptions { PageBytes = 1 });
        await cursor.ReadAsync(Cancellation);
        await Engine.TrimAsync("t", new(4, 0), Cancellation);
        Assert.Equal(["4-0"], Data(await ReadAllAsync(cursor)));
    }

    [Fact]
    public async Task Trimming_gives_room_back()
    {
        string large = new('x', 1_000);
        for (int i = 0; i < 300; i++) await AppendAsync("t", large);
        long before = (await DescribeAsync("t")).SizeBytes;
        await Engine.TrimAsync("t", RecordId.Max, Cancellation);
        await AppendAsync("t", "{}");
        Assert.True((await DescribeAsync("t")).SizeBytes < before / 2);
    }
}
