using System.Text;

namespace Weir.Feed.Tests.Contract;

public abstract partial class FeedEngineContract
{
    [Fact]
    public async Task Records_are_read_back_with_all_their_members()
    {
        var batch = new RecordBatch();
        batch.Add("NEW"u8, "lustre-MDT0000"u8, "0x2000057b4:0x1d648:0x0"u8, """{"path":"/ä/€/\u0000"}"""u8);
        batch.Add(""u8, ""u8, ""u8, ""u8);
        batch.Add("UPDATE"u8, "Quelle"u8, "größe"u8, "{}"u8);
        RecordId last = await AppendAsync(Engine, "t", batch);

        List<Record> records = await ReadAllAsync(Engine, "t");
        Assert.Equal(
            [("NEW", "lustre-MDT0000", "0x2000057b4:0x1d648:0x0", """{"path":"/ä/€/\u0000"}"""), ("", "", "", ""), ("UPDATE", "Quelle", "größe", "{}")],
            records.Select(r => (r.Type, r.Source, r.Subject, r.DataText)));
        Assert.Equal(last, records[^1].Id);
    }

    [Fact]
    public async Task Given_ids_increase_strictly_within_a_batch_and_from_batch_to_batch()
    {
        var returned = new List<RecordId>();
        for (int i = 0; i < 20; i++) returned.Add(await AppendAsync("t", "{}", "{}", "{}"));

        List<Record> records = await ReadAllAsync(Engine, "t");
        Assert.Equal(60, records.Count);
        Assert.All(records.Zip(records.Skip(1)), pair => Assert.True(pair.First.Id < pair.Second.Id));
        Assert.Equal(returned, records.Where((_, i) => i % 3 == 2).Select(r => r.Id));
    }

    [Fact]
    public async Task Own_ids_are_kept()
    {
        RecordId last = await AppendAsync(Engine, "t", Own((5, 0), (5, 7), (9, ulong.MaxValue)));
        Assert.Equal(new RecordId(9, ulong.MaxValue), last);
        Assert.Equal(new RecordId(10, 0), await AppendAsync(Engine, "t", Own((10, 0))));
        Assert.Equal(["5-0", "5-7", $"9-{ulong.MaxValue}", "10-0"], await ReadDataAsync("t"));
    }

    [Fact]
    public async Task An_own_id_that_is_not_above_the_last_is_refused_and_nothing_of_its_batch_is_kept()
    {
        await AppendAsync(Engine, "t", Own((5, 5)));
        foreach (RecordBatch batch in new[] { Own((5, 5)), Own((5, 4)), Own((4, 9)), Own((6, 0), (6, 0)), Own((7, 1), (7, 0)) })
            await Assert.ThrowsAsync<IdNotAboveLastException>(() => AppendAsync(Engine, "t", batch));
        await Assert.ThrowsAsync<IdNotAboveLastException>(() => AppendAsync(Engine, "new", Own((0, 0))));

        Assert.Equal(["5-5"], await ReadDataAsync("t"));
        await AppendAsync(Engine, "t", Own((5, 6)));
        Assert.Equal(["5-5", "5-6"], await ReadDataAsync("t"));
    }

    [Fact]
    public async Task The_refusal_of_an_own_id_names_the_last()
    {
        await AppendAsync(Engine, "t", Own((5, 5)));
        var refused = await Assert.ThrowsAsync<IdNotAboveLastException>(() => AppendAsync(Engine, "t", Own((5, 1))));
        Assert.Equal(new RecordId(5, 5), refused.LastId);
    }

    [Fact]
    public async Task Given_ids_go_on_above_own_ids_that_lie_in_the_future()
    {
        var future = new RecordId(99_999_999_999_999, 3);
        await AppendAsync(Engine, "t", Own((future.Milliseconds, future.Sequence)));
        Assert.True(await AppendAsync("t", "{}") > future);
    }

    [Fact]
    public async Task Behind_the_highest_id_there_is_nothing_can_be_appended()
    {
        await AppendAsync(Engine, "t", Own((ulong.MaxValue, ulong.MaxValue)));
        await Assert.ThrowsAnyAsync<FeedException>(() => AppendAsync("t", "{}"));
        Assert.Single(await ReadAllAsync(Engine, "t"));
    }

    [Fact]
    public async Task An_append_on_an_expected_last_id_is_made_only_on_that_id()
    {
        RecordId first = await AppendAsync(Engine, "t", Batch("1"), new(ExpectedLastId: RecordId.Zero));
        RecordId second = await AppendAsync(Engine, "t", Batch("2"), new(ExpectedLastId: first));
        foreach (RecordId wrong in new[] { RecordId.Zero, first, second.Next() })
        {
            var refused = await Assert.ThrowsAsync<LastIdMismatchException>(
                () => AppendAsync(Engine, "t", Batch("3"), new(ExpectedLastId: wrong)));
            Assert.Equal(second, refused.LastId);
        }

        await Assert.ThrowsAsync<LastIdMismatchException>(() => AppendAsync(Engine, "other", Batch("1"), new(ExpectedLastId: first)));
        Assert.Equal(["1", "2"], await ReadDataAsync("t"));
        await Engine.TrimAsync("t", RecordId.Max, Cancellation);
        await AppendAsync(Engine, "t", Batch("4"), new(ExpectedLastId: second));
    }

    [Fact]
    public async Task An_empty_batch_appends_nothing()
    {
        RecordId last = await AppendAsync("t", "1");
        await AppendAsync(Engine, "t", new RecordBatch());
        Assert.Equal(last, (await DescribeAsync("t")).LastId);
        Assert.Equal(["1"], await ReadDataAsync("t"));
    }

    [Fact]
    public async Task A_batch_can_be_cleared_and_filled_again()
    {
        RecordBatch batch = Batch("1", "2");
        await AppendAsync(Engine, "t", batch);
        batch.Clear();
        batch.Add("T"u8, ""u8, ""u8, "3"u8);
        await AppendAsync(Engine, "t", batch);
        Assert.Equal(["1", "2", "3"], await ReadDataAsync("t"));
    }

    [Fact]
    public async Task Large_batches_and_the_largest_record_are_kept_whole()
    {
        var many = new RecordBatch();
        for (int i = 0; i < 20_000; i++) many.Add("T"u8, ""u8, ""u8, Encoding.UTF8.GetBytes($"{i:d100}"));
        await AppendAsync(Engine, "t", many);
        var largest = new byte[RecordLimits.MaxBodyBytes - 1];
        new Random(1).NextBytes(largest);
        var one = new RecordBatch();
        one.Add("T"u8, ""u8, ""u8, largest);
        await AppendAsync(Engine, "t", one);

        List<Record> records = await ReadAllAsync(Engine, "t");
        Assert.Equal(Enumerable.Range(0, 20_000).Select(i => $"{i:d100}"), Data(records[..^1]));
        Assert.True(records[^1].Data.Span.SequenceEqual(largest));
    }

    [Fact]
    public async Task Topics_may_have_odd_names_and_stay_apart()
    {
        string[] names =
        [
            ".", "..", ".hidden", "%41", "A", "a", "a b", "a/../b", "hsm:actions:lustre-MDT0000", "lock", "tail", "ümläut €", "𝄞", "a\\b", "-x", "*", "\"", "\x7f",
            new string('x', TopicName.MaxEscapedBytes),
        ];
        foreach (string name in names) await AppendAsync(name, name);

        Assert.Equal(names.Order(StringComparer.Ordinal), await Engine.ListTopicsAsync("", Cancellation));
        foreach (string name in names) Assert.Equal([name], await ReadDataAsync(name));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    public async Task A_name_that_no_topic_may_have_is_refused(string name)
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(() => AppendAsync(name, "{}"));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Engine.DescribeAsync(name, Cancellation));
        Assert.ThrowsAny<ArgumentException>(() => Engine.OpenCursor(name, RecordId.Zero));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Engine.WritePositionAsync("t", name, new(1, 1), Cancellation));
    }

    [Fact]
    public async Task A_name_that_is_too_long_is_refused() =>
        await Assert.ThrowsAnyAsync<ArgumentException>(() => AppendAsync(new string('x', TopicName.MaxEscapedBytes + 1), "{}"));

    [Fact]
    public async Task Many_appenders_at_once_lose_nothing_and_each_keeps_its_order()
    {
        const int Appenders = 16, Appends = 25;
        _ = Engine;
        await Task.WhenAll(Enumerable.Range(0, Appenders).Select(async appender =>
        {
            for (int i = 0; i < Appends; i++) await AppendAsync("t", $"{appender} {2 * i}", $"{appender} {(2 * i) + 1}");
        }));

        List<Record> records = await ReadAllAsync(Engine, "t");
        Assert.All(records.Zip(records.Skip(1)), pair => Assert.True(pair.First.Id < pair.Second.Id));
        Assert.Equal(Appenders * Appends * 2, records.Count);
        foreach (IGrouping<string, int> appender in records.Select(r => r.DataText.Split(' ')).GroupBy(d => d[0], d => int.Parse(d[1])))
            Assert.Equal(Enumerable.Range(0, Appends * 2), appender);
    }

    [Fact]
    public async Task Buffered_records_are_there_after_a_sync_and_before_the_durable_ones_that_follow()
    {
        await AppendAsync(Engine, "t", Batch("1"), new(AppendDurability.Buffered));
        await AppendAsync(Engine, "t", Batch("2"), new(AppendDurability.Buffered));
        await Soon(Engine.SyncAsync("t", Cancellation));
        Assert.Equal(["1", "2"], await ReadDataAsync("t"));
        await AppendAsync(Engine, "t", Batch("3"), new(AppendDurability.Buffered));
        await AppendAsync("t", "4");
        Assert.Equal(["1", "2", "3", "4"], await ReadDataAsync("t"));
    }

    [Fact]
    public async Task Syncing_a_topic_that_does_not_exist_makes_none()
    {
        await Soon(Engine.SyncAsync("t", Cancellation));
        Assert.Null(await Engine.DescribeAsync("t", Cancellation));
    }

    [Fact]
    public async Task A_cancelled_append_appends_nothing()
    {
        await AppendAsync("t", "1");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Engine.AppendAsync("t", Batch("2"), default, new CancellationToken(canceled: true)));
        await AppendAsync("t", "3");
        Assert.Equal(["1", "3"], await ReadDataAsync("t"));
    }
}
