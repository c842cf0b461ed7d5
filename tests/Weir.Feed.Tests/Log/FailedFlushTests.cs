using Weir.Feed.Log;
using Weir.Lab.Disks;

namespace Weir.Feed.Tests.Log;

/// <summary>What a failed fsync does, step by step.</summary>
public sealed class FailedFlushTests
{
    private readonly SimulatedDisk _disk = new();
    private readonly SimulatedFeed _feed;

    public FailedFlushTests() => _feed = new SimulatedFeed(_disk);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_append_whose_flush_fails_is_refused_and_seen_by_nobody()
    {
        await using LogEngine engine = _feed.Open("writer");
        await AppendAsync(engine, "1");
        FailNextFlush();
        var poisoned = await Assert.ThrowsAsync<TopicPoisonedException>(() => AppendAsync(engine, "2"));
        Assert.Contains("'t'", poisoned.Message, StringComparison.Ordinal);
        Assert.True(_feed.Log.Has(EventLog.Poisoned));
        Assert.Equal(["1"], await ReadAsync(engine));
        Assert.Equal(["1"], await ReadAsync(_feed.Open("reader")));
    }

    [Fact]
    public async Task The_append_after_a_failed_flush_goes_through_recovery_and_says_so()
    {
        await using LogEngine engine = _feed.Open("writer");
        RecordId first = await AppendAsync(engine, "1");
        FailNextFlush();
        await Assert.ThrowsAsync<TopicPoisonedException>(() => AppendAsync(engine, "2"));

        Assert.True(await AppendAsync(engine, "3") > first);
        Assert.True(_feed.Log.Has(EventLog.Reopened));
        Assert.Equal(["1", "3"], await ReadAsync(engine));
        _disk.PowerLoss();
        Assert.Equal(["1", "3"], await ReadAsync(_feed.Open("reader")));
    }

    [Fact]
    public async Task Buffered_records_that_a_flush_failed_to_bring_to_the_disk_are_gone_and_their_sync_says_so()
    {
        await using LogEngine engine = _feed.Open("writer");
        await AppendAsync(engine, "1");
        await AppendAsync(engine, "2", AppendDurability.Buffered);
        FailNextFlush();
        await Assert.ThrowsAsync<TopicPoisonedException>(async () => await engine.SyncAsync("t", Cancellation));
        await AppendAsync(engine, "3");
        Assert.Equal(["1", "3"], await ReadAsync(engine));
    }

    [Fact]
    public async Task A_sync_tells_of_an_earlier_failed_flush_once_and_then_the_topic_opens_again()
    {
        await using LogEngine engine = _feed.Open("writer");
        await AppendAsync(engine, "1");
        FailNextFlush();
        await Assert.ThrowsAsync<TopicPoisonedException>(() => AppendAsync(engine, "2"));
        await Assert.ThrowsAsync<TopicPoisonedException>(async () => await engine.SyncAsync("t", Cancellation));

        await engine.SyncAsync("t", Cancellation);
        await AppendAsync(engine, "3");
        Assert.True(_feed.Log.Has(EventLog.Reopened));
        Assert.Equal(["1", "3"], await ReadAsync(engine));
    }

    [Fact]
    public async Task A_failed_flush_does_not_touch_other_topics()
    {
        await using LogEngine engine = _feed.Open("writer");
        await AppendAsync(engine, "1");
        await AppendAsync(engine, "1", topic: "u");
        FailNextFlush();
        await Assert.ThrowsAsync<TopicPoisonedException>(() => AppendAsync(engine, "2"));
        await AppendAsync(engine, "2", topic: "u");
        Assert.Equal(["1", "2"], await ReadAsync(engine, "u"));
    }

    [Fact]
    public async Task While_flushes_keep_failing_appends_keep_being_refused_and_nothing_piles_up()
    {
        await using LogEngine engine = _feed.Open("writer");
        await AppendAsync(engine, "1");
        _disk.Faults.Rule = static o => o.Kind == DiskOperationKind.Sync ? DiskFault.Fail(DiskError.Io) : null;
        for (int i = 0; i < 20; i++) await Assert.ThrowsAnyAsync<FeedException>(() => AppendAsync(engine, "2"));
        Assert.InRange(_disk.Files().Count, 1, 12);

        _disk.Faults.Clear();
        await AppendAsync(engine, "3");
        Assert.Equal(["1", "3"], await ReadAsync(engine));
    }

    [Fact]
    public async Task Everybody_in_the_group_whose_flush_fails_is_told()
    {
        await using LogEngine engine = _feed.Open("writer");
        await AppendAsync(engine, "0");
        _disk.Faults.Rule = static o => o.Kind == DiskOperationKind.Sync ? DiskFault.Fail(DiskError.Io) : null;
        Task<RecordId>[] appends = [.. Enumerable.Range(1, 50).Select(i => Task.Run(() => AppendAsync(engine, $"{i}"), Cancellation))];
        foreach (Task<RecordId> append in appends) await Assert.ThrowsAnyAsync<FeedException>(() => append);
        _disk.Faults.Clear();
        Assert.Equal(["0"], await ReadAsync(engine));
    }

    private void FailNextFlush()
    {
        bool isDone = false;
        _disk.Faults.Rule = o =>
        {
            if (isDone || o.Kind != DiskOperationKind.Sync) return null;
            isDone = true;
            return DiskFault.Fail(DiskError.Io);
        };
    }

    private static async Task<RecordId> AppendAsync(
        LogEngine engine, string data, AppendDurability durability = AppendDurability.Durable, string topic = "t")
    {
        var batch = new RecordBatch();
        batch.Add("T"u8, ""u8, ""u8, System.Text.Encoding.UTF8.GetBytes(data));
        return await engine.AppendAsync(topic, batch, new(durability), Cancellation).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
    }

    private static async Task<List<string>> ReadAsync(LogEngine engine, string topic = "t")
    {
        var data = new List<string>();
        await using ITopicCursor cursor = engine.OpenCursor(topic, RecordId.Zero);
        while (true)
        {
            RecordPage page = await cursor.ReadAsync(Cancellation);
            Assert.Null(page.Gap);
            if (page.IsEmpty) return data;
            foreach (RecordView record in page) data.Add(record.ToRecord().DataText);
        }
    }
}
