using System.Text;
using Weir.Feed.Log;
using Weir.Lab.Disks;

namespace Weir.Feed.Tests.Log;

/// <summary>A trim that went by records which are gone afterwards.</summary>
public sealed class TrimmedEndTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_appended_after_the_trimmed_records_were_lost_is_still_read()
    {
        var disk = new SimulatedDisk();
        var feed = new SimulatedFeed(disk);
        await using (LogEngine engine = feed.Open("writer"))
        {
            RecordId first = await AppendAsync(engine, "1");
            RecordId last = first;
            for (int i = 2; i <= 4; i++) last = await AppendAsync(engine, "2");
            Assert.Equal(first.Milliseconds, last.Milliseconds);
            await engine.TrimAsync("t", last, Cancellation);
        }

        // The disk forgets all but the first record, as one does that lies about its flushes.
        disk.PowerLoss();
        disk.PowerOn();
        string segment = Assert.Single(disk.Files(), static f => f.EndsWith(".log", StringComparison.Ordinal));
        int frame = (disk.Content(segment).Length - SegmentHeader.Bytes) / 4;
        disk.Overwrite(segment, disk.Content(segment).AsSpan(0, SegmentHeader.Bytes + frame));

        await using LogEngine again = feed.Open("writer");
        RecordId id = await AppendAsync(again, "new");
        await using ITopicCursor cursor = again.OpenCursor("t", RecordId.Zero);
        RecordPage page = await cursor.ReadAsync(Cancellation);
        var read = new List<RecordId>();
        foreach (RecordView record in page) read.Add(record.Id);
        Assert.Equal([id], read);
    }

    private static ValueTask<RecordId> AppendAsync(LogEngine engine, string data)
    {
        var batch = new RecordBatch();
        batch.Add("T"u8, "s"u8, "u"u8, Encoding.UTF8.GetBytes($"{{\"d\":\"{data}\"}}"));
        return engine.AppendAsync("t", batch, default, Cancellation);
    }
}
