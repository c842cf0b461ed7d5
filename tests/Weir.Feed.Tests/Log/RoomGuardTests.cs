using Weir.Feed.Consuming;
using Weir.Feed.Log;
using Weir.Lab.Disks;

namespace Weir.Feed.Tests.Log;

/// <summary>Appends are refused before the disk is full, and taken again when there is room.</summary>
public sealed class RoomGuardTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Below_the_floor_appends_are_refused_and_positions_and_events_are_not()
    {
        var feed = new SimulatedFeed(new SimulatedDisk());
        await using var engine = new LogEngine(feed.Options(feed.Disk.StartProcess("writer")) with { MinFreeBytes = 10_000 });
        await engine.AppendAsync("t", Batch(), default, Cancellation);
        feed.Disk.CapacityBytes = feed.Disk.UsedBytes + 9_000;
        feed.Time.Advance(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAsync<FeedFullException>(async () => await engine.AppendAsync("t", Batch(), default, Cancellation));
        await engine.AppendAsync(FeedEvents.Topic, Batch(), default, Cancellation);
        await engine.AdvancePositionAsync("t", "c", new(1, 0), Cancellation);
        Assert.True(await engine.Documents.TryWriteAsync("c", "d", new byte[10], null, Cancellation));
        feed.Disk.CapacityBytes = feed.Disk.UsedBytes + 4_000;
        feed.Time.Advance(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAsync<FeedFullException>(async () => await engine.AppendAsync(FeedEvents.Topic, Batch(), default, Cancellation));
        feed.Disk.CapacityBytes = long.MaxValue;
        await engine.AppendAsync("t", Batch(), default, Cancellation);
        Assert.Equal(2, (await engine.DescribeAsync("t", Cancellation))!.Count);
    }

    [Fact]
    public async Task A_feed_does_not_become_larger_than_it_may_and_goes_on_after_a_trim()
    {
        var feed = new SimulatedFeed(new SimulatedDisk());
        await using var engine = new LogEngine(feed.Options(feed.Disk.StartProcess("writer")) with { MaxFeedBytes = 5_000 });
        int appended = 0;
        FeedFullException? full = null;
        while (full is null)
        {
            try
            {
                await engine.AppendAsync("t", Batch(), default, Cancellation);
                appended++;
            }
            catch (FeedFullException refused)
            {
                full = refused;
            }
        }

        Assert.InRange(appended, 30, 200);

        // Between two looks the headers of new segments are not counted.
        Assert.InRange((await engine.DescribeAsync("t", Cancellation))!.SizeBytes, 4_500, 5_600);
        await engine.TrimAsync("t", RecordId.Max, Cancellation);
        await engine.AppendAsync("t", Batch(), default, Cancellation);
    }

    private static RecordBatch Batch()
    {
        var batch = new RecordBatch();
        batch.Add("T"u8, "source"u8, "subject"u8, "{}"u8);
        return batch;
    }
}
