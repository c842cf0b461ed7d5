namespace Weir.Feed.Tests.Contract;

public abstract partial class FeedEngineContract
{
    [Fact]
    public async Task A_cursor_starts_at_the_first_record_above_the_id_it_is_given()
    {
        await AppendAsync(Engine, "t", Own((5, 0), (5, 7), (9, 0)));
        await AppendAsync(Engine, "t", Own((9, 1), (20, 0)));
        (RecordId After, string[] Expected)[] cases =
        [
            (RecordId.Zero, ["5-0", "5-7", "9-0", "9-1", "20-0"]), (new(5, 0), ["5-7", "9-0", "9-1", "20-0"]), (new(5, 3), ["5-7", "9-0", "9-1", "20-0"]),
            (new(9, 0), ["9-1", "20-0"]), (new(10, 0), ["20-0"]), (new(20, 0), []), (new(30, 0), []), (RecordId.Max, []),
        ];
        foreach ((RecordId after, string[] expected) in cases) Assert.Equal(expected, await ReadDataAsync("t", after));
    }

    [Fact]
    public async Task A_cursor_finds_any_place_in_a_long_topic()
    {
        for (ulong i = 0; i < 40; i++) await AppendAsync(Engine, "t", Own([.. Enumerable.Range(1, 25).Select(j => (i, (ulong)j * 10))]));
        var random = new Random(3);
        for (int i = 0; i < 50; i++)
        {
            var after = new RecordId((ulong)random.Next(41), (ulong)random.Next(260));
            await using ITopicCursor cursor = Engine.OpenCursor("t", after);
            string[] expected = [.. from ms in Enumerable.Range(0, 40) from seq in Enumerable.Range(1, 25).Select(j => j * 10)
                where new RecordId((ulong)ms, (ulong)seq) > after select $"{ms}-{seq}"];
            Assert.Equal(expected, Data(await ReadAllAsync(cursor)));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(500)]
    [InlineData(4096)]
    public async Task Pages_are_not_larger_than_asked_except_for_one_record(int pageBytes)
    {
        for (int i = 0; i < 10; i++) await AppendAsync("t", [.. Enumerable.Range(0, 10).Select(j => $"{(10 * i) + j:d80}")]);
        await using ITopicCursor cursor = Engine.OpenCursor("t", RecordId.Zero, new CursorOptions { PageBytes = pageBytes });
        var data = new List<string>();
        while (true)
        {
            RecordPage page = await cursor.ReadAsync(Cancellation);
            if (page.IsEmpty) break;
            int bytes = 0, count = 0;
            foreach (RecordView record in page)
            {
                data.Add(record.ToRecord().DataText);
                bytes += record.SizeBytes;
                count++;
            }

            Assert.Equal(page.Count, count);
            Assert.True(bytes <= pageBytes || count == 1, $"{count} records of {bytes} bytes in a page of {pageBytes}.");
        }

        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i:d80}"), data);
    }

    [Fact]
    public async Task A_record_larger_than_a_page_comes_whole_between_small_ones()
    {
        string large = new('x', 100_000);
        await AppendAsync("t", "1", large, "2");
        Assert.Equal(["1", large, "2"], Data(await ReadAllAsync(Engine, "t", default, new CursorOptions { PageBytes = 1000 })));
    }

    [Fact]
    public async Task A_cursor_on_a_topic_that_does_not_exist_reads_nothing_and_then_what_comes()
    {
        await using ITopicCursor cursor = Engine.OpenCursor("t", RecordId.Zero);
        Assert.Empty(await ReadAllAsync(cursor));
        Assert.Null(await Engine.DescribeAsync("t", Cancellation));
        await AppendAsync("t", "1");
        Assert.Equal(["1"], Data(await ReadAllAsync(cursor)));
        Assert.Empty(await ReadAllAsync(cursor));
        await AppendAsync("t", "2");
        Assert.Equal(["2"], Data(await ReadAllAsync(cursor)));
    }

    [Fact]
    public async Task A_cursor_tells_its_topic_and_up_to_where_it_has_read()
    {
        await AppendAsync(Engine, "t", Own((1, 0), (2, 0), (3, 0)));
        await using ITopicCursor cursor = Engine.OpenCursor("t", new(1, 0), new CursorOptions { PageBytes = 1 });
        Assert.Equal("t", cursor.Topic);
        Assert.Equal(new RecordId(1, 0), cursor.Position);
        await cursor.ReadAsync(Cancellation);
        Assert.Equal(new RecordId(2, 0), cursor.Position);
        await cursor.ReadAsync(Cancellation);
        await cursor.ReadAsync(Cancellation);
        Assert.Equal(new RecordId(3, 0), cursor.Position);
    }

    [Fact]
    public async Task Cursors_do_not_disturb_each_other()
    {
        await AppendAsync(Engine, "t", Own((1, 0), (2, 0), (3, 0)));
        await using ITopicCursor first = Engine.OpenCursor("t", RecordId.Zero, new CursorOptions { PageBytes = 1 });
        await using ITopicCursor second = Engine.OpenCursor("t", RecordId.Zero, new CursorOptions { PageBytes = 1 });
        for (int i = 1; i <= 3; i++)
        {
            await first.ReadAsync(Cancellation);
            await second.ReadAsync(Cancellation);
            Assert.Equal(new RecordId((ulong)i, 0), first.Position);
            Assert.Equal(new RecordId((ulong)i, 0), second.Position);
        }
    }

    [Fact]
    public async Task A_cancelled_read_throws()
    {
        await AppendAsync("t", "1");
        await using ITopicCursor cursor = Engine.OpenCursor("t", RecordId.Zero);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await cursor.ReadAsync(new CancellationToken(canceled: true)));
        Assert.Equal(["1"], Data(await ReadAllAsync(cursor)));
    }
}
