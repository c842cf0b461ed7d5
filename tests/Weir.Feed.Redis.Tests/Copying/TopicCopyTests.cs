using System.Text;
using Weir.Feed.Copying;
using Weir.Feed.Log;
using Weir.Feed.Redis.Tests.Faults;
using Weir.Feed.Redis.Tests.Servers;

namespace Weir.Feed.Redis.Tests.Copying;

public sealed class TopicCopyTests : FaultTest, IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("weir-copy-").FullName;
    private RedisServer _redis = null!;

    public async ValueTask InitializeAsync() => _redis = await RedisServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (_redis is not null) await _redis.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_topic_comes_over_with_ids_members_and_positions_and_back_again()
    {
        await using LogEngine log = Log("a");
        await using LogEngine back = Log("b");
        await using RedisEngine redis = Open(_redis.Url);
        await log.AppendAsync("t", Own(1, 20_000, 200), default, Cancellation);
        await log.AppendAsync("t", Given("ä", "{}"), default, Cancellation);
        await log.TrimAsync("t", new(100, 0), Cancellation);
        await log.WritePositionAsync("t", "consumer", new(500, 0), Cancellation);

        CopyReport there = await new TopicCopy(log, redis).CopyAsync("t", null, Cancellation);
        CopyReport home = await new TopicCopy(redis, back).CopyAsync("t", null, Cancellation);
        Assert.Equal((19_903L, 19_903L), (there.Records, home.Records));
        Assert.Empty(there.Gaps);
        List<string> expected = await RecordsAsync(log);
        Assert.Equal(expected, await RecordsAsync(redis));
        Assert.Equal(expected, await RecordsAsync(back));
        Assert.Equal(new RecordId(500, 0), await back.ReadPositionAsync("t", "consumer", Cancellation));
    }

    [Fact]
    public async Task An_interrupted_copy_goes_on_where_it_stopped()
    {
        await using LogEngine log = Log("a");
        await using RedisEngine redis = Open(_redis.Url);
        await log.AppendAsync("t", Own(1, 30_000, 200), default, Cancellation);
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new TopicCopy(log, redis).CopyAsync("t", _ => stop.Cancel(), stop.Token));
        await redis.SyncAsync("t", Cancellation);
        long first = (await redis.DescribeAsync("t", Cancellation))!.Count;
        Assert.InRange(first, 1, 29_999);

        CopyReport rest = await new TopicCopy(log, redis).CopyAsync("t", null, Cancellation);
        Assert.Equal(30_000 - first, rest.Records);
        Assert.Equal(await RecordsAsync(log), await RecordsAsync(redis));
        Assert.Equal(0, (await new TopicCopy(log, redis).CopyAsync("t", null, Cancellation)).Records);
        await log.AppendAsync("t", Own(40_000, 3), default, Cancellation);
        Assert.Equal(3, (await new TopicCopy(log, redis).CopyAsync("t", null, Cancellation)).Records);
    }

    [Fact]
    public async Task A_topic_that_is_no_copy_is_left_alone()
    {
        await using LogEngine log = Log("a");
        await using RedisEngine redis = Open(_redis.Url);
        await log.AppendAsync("t", Own(10, 5), default, Cancellation);
        foreach (ulong strange in new ulong[] { 9_000, 10_001 })
        {
            await redis.DeleteTopicAsync("t", Cancellation);
            var batch = new RecordBatch();
            batch.Add(new(strange, 5), ""u8, ""u8, ""u8, "{}"u8);
            await redis.AppendAsync("t", batch, default, Cancellation);
            var refused = await Assert.ThrowsAnyAsync<FeedException>(() => new TopicCopy(log, redis).CopyAsync("t", null, Cancellation));
            Assert.Contains("no copy", refused.Message, StringComparison.Ordinal);
            Assert.Equal(["{}"], await ReadAsync(redis, "t"));
        }

        var missing = await Assert.ThrowsAnyAsync<FeedException>(() => new TopicCopy(log, redis).CopyAsync("missing", null, Cancellation));
        Assert.Contains("no topic 'missing'", missing.Message, StringComparison.Ordinal);
    }

    private LogEngine Log(string name) => new(new() { Directory = Path.Combine(_directory, name) });

    private static async Task<List<string>> RecordsAsync(IFeedEngine engine)
    {
        var records = new List<string>();
        await using ITopicCursor cursor = engine.OpenCursor("t", RecordId.Zero);
        while (await cursor.ReadAsync(Cancellation) is { IsEmpty: false } page)
        {
            foreach (RecordView record in page)
                records.Add($"{record.Id} {Encoding.UTF8.GetString(record.Type)} {Encoding.UTF8.GetString(record.Source)} {Encoding.UTF8.GetString(record.Subject)} {Encoding.UTF8.GetString(record.Data)}");
        }

        return records;
    }
}
