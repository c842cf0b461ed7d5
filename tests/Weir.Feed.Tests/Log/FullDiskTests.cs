using Weir.Feed.Log;
using Weir.Lab.Disks;
using Weir.Lab.Feeds;

namespace Weir.Feed.Tests.Log;

/// <summary>A disk that is full at any byte, and gets room again.</summary>
public sealed class FullDiskTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_append_that_does_not_fit_is_refused_whole_and_can_be_made_when_there_is_room()
    {
        for (int free = 0; free < 700; free += 3)
        {
            var feed = new SimulatedFeed(new SimulatedDisk());
            var ledger = new FeedLedger();
            await using LogEngine engine = feed.Open("writer");
            var writer = new LedgerWriter(ledger, engine);
            await writer.AppendAsync("t", 2, cancellationToken: Cancellation);
            long used = feed.Disk.UsedBytes;
            feed.Disk.CapacityBytes = used + free;

            FeedException? failure = null;
            for (int i = 0; i < 4 && failure is null; i++)
                (_, failure) = await writer.AppendAsync("t", 3, 60 + (37 * i), cancellationToken: Cancellation);
            Assert.IsType<FeedFullException>(failure);

            // Records of other sizes come to stand where the refused ones would have: no index entry may lead into them.
            feed.Disk.CapacityBytes = long.MaxValue;
            for (int i = 0; i < 3; i++)
                Assert.Null((await writer.AppendAsync("t", 2, 50 + (29 * i), cancellationToken: Cancellation)).Failure);
            await ledger.CheckAsync(engine, LedgerCheck.Strict with { EverySeek = true }, Cancellation);
            Assert.DoesNotContain(feed.Verify(), static finding => finding.LosesRecords);
        }
    }

    [Fact]
    public async Task The_very_batch_that_was_refused_can_be_appended_again()
    {
        var feed = new SimulatedFeed(new SimulatedDisk());
        await using LogEngine engine = feed.Open("writer");
        var batch = new RecordBatch();
        batch.Add("T"u8, ""u8, ""u8, "1"u8);
        await engine.AppendAsync("t", batch, default, Cancellation);
        feed.Disk.CapacityBytes = 0;
        await Assert.ThrowsAsync<FeedFullException>(async () => await engine.AppendAsync("t", batch, default, Cancellation));
        feed.Disk.CapacityBytes = long.MaxValue;
        await engine.AppendAsync("t", batch, default, Cancellation);
        Assert.Equal(2, (await engine.DescribeAsync("t", Cancellation))!.Count);
    }

    [Fact]
    public async Task A_full_disk_can_still_be_read_and_trimmed()
    {
        var feed = new SimulatedFeed(new SimulatedDisk());
        await using LogEngine engine = feed.Open("writer");
        var writer = new LedgerWriter(new FeedLedger(), engine);
        for (int i = 0; i < 10; i++) await writer.AppendAsync("t", 1, 400, cancellationToken: Cancellation);
        long used = feed.Disk.UsedBytes;

        // A mark needs its 32 bytes.
        feed.Disk.CapacityBytes = used + 200;
        Assert.IsType<FeedFullException>((await writer.AppendAsync("t", 1, 400, cancellationToken: Cancellation)).Failure);
        TopicInfo before = (await engine.DescribeAsync("t", Cancellation))!;
        Assert.Null(await writer.TrimAsync("t", before.LastId, Cancellation));
        Assert.Null((await writer.AppendAsync("t", 1, 400, cancellationToken: Cancellation)).Failure);
    }

    [Fact]
    public async Task What_was_buffered_is_durable_and_seen_after_a_sync_though_there_is_no_room_for_a_new_segment()
    {
        var feed = new SimulatedFeed(new SimulatedDisk());
        await using LogEngine engine = feed.Open("writer");
        var ledger = new FeedLedger();
        var writer = new LedgerWriter(ledger, engine);
        await writer.AppendAsync("t", 1, 1_000, options: new(AppendDurability.Buffered), cancellationToken: Cancellation);
        feed.Disk.CapacityBytes = 0;
        Assert.IsType<FeedFullException>((await writer.AppendAsync("t", 1, cancellationToken: Cancellation)).Failure);
        Assert.Null(await writer.SyncAsync("t", Cancellation));
        await ledger.CheckAsync(engine, LedgerCheck.Strict, Cancellation);
        await ledger.CheckAsync(feed.Open("reader"), LedgerCheck.Strict, Cancellation);
    }
}
