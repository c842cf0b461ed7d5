using Weir.Feed.Log;
using Weir.Lab.Disks;

namespace Weir.Feed.Tests.Log.Damage;

/// <summary>Data that looks like the log itself.</summary>
public sealed class ImitationTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_frame_within_the_data_of_a_damaged_record_is_not_taken_for_a_record()
    {
        SmallLog log = await SmallLog.MakeAsync(Cancellation);
        string segment = log.Disk.Files().Last(static f => f.EndsWith(".log", StringComparison.Ordinal));
        byte[] stolen = log.Disk.Content(segment)[SegmentHeader.Bytes..];
        await using (LogEngine writer = log.Open("imitator"))
        {
            var batch = new RecordBatch();
            batch.Add("T"u8, "s"u8, "u"u8, stolen);
            batch.Add("T"u8, "s"u8, "u"u8, "behind"u8);
            await writer.AppendAsync(SmallLog.Topic, batch, default, Cancellation);
        }

        string last = log.Disk.Files().Last(static f => f.EndsWith(".log", StringComparison.Ordinal));
        long header = log.Disk.Content(last).AsSpan().LastIndexOf(stolen) - (FrameLayout.HeaderBytes + 3);
        log.Disk.FlipBit(last, header + FrameLayout.BodyLengthAt, 2);

        var gaps = new List<FeedGap>();
        List<Record> read = await SmallLog.ReadAsync(log.Open("reader"), gaps, Cancellation);
        Assert.Equal(log.Records.Select(static r => r.DataText).Append("behind"), read.Select(static r => r.DataText));
        Assert.Single(gaps);
        VerifyFinding finding = Assert.Single(log.Verify(), static f => f.LosesRecords);
        Assert.Equal(gaps[0].Before, read[^1].Id);
        Assert.NotNull(finding.Record);
    }

    [Fact]
    public async Task A_feed_of_a_newer_version_is_refused_by_everybody()
    {
        SmallLog log = await SmallLog.MakeAsync(Cancellation);
        string line = $"weir-feed {FeedDirectory.FormatVersion + 1}";
        log.Disk.Overwrite("/feed/FORMAT", System.Text.Encoding.ASCII.GetBytes($"{line} {Crc32C.Compute(System.Text.Encoding.ASCII.GetBytes(line)):x8}\n"));
        await using LogEngine engine = log.Open("old");
        var batch = new RecordBatch();
        batch.Add("T"u8, ""u8, ""u8, ""u8);
        var refused = await Assert.ThrowsAsync<FeedException>(async () => await engine.AppendAsync(SmallLog.Topic, batch, default, Cancellation));
        Assert.Contains("/feed", refused.Message, StringComparison.Ordinal);
        Assert.Throws<FeedException>(() => engine.OpenCursor(SmallLog.Topic, RecordId.Zero));
        await Assert.ThrowsAsync<FeedException>(async () => await engine.DescribeAsync(SmallLog.Topic, Cancellation));
        await Assert.ThrowsAsync<FeedException>(async () => await engine.TrimAsync(SmallLog.Topic, RecordId.Max, Cancellation));
        await Assert.ThrowsAsync<FeedException>(async () => await engine.DeleteTopicAsync(SmallLog.Topic, Cancellation));
        await Assert.ThrowsAsync<FeedException>(async () => await engine.WritePositionAsync(SmallLog.Topic, "c", new(1, 0), Cancellation));
    }

    [Fact]
    public async Task Files_that_do_not_belong_to_the_feed_disturb_nobody_and_are_named()
    {
        SmallLog log = await SmallLog.MakeAsync(Cancellation);
        SimulatedDisk disk = log.Disk;
        foreach (string name in new[] { "README", "1-2.3.log", "core.1234", ".hidden" })
        {
            using (disk.OpenWrite($"{SmallLog.TopicPath}/{name}"))
            using (disk.OpenWrite($"/feed/topics/{name}"))
            {
            }
        }

        await using LogEngine engine = log.Open("reader");
        Assert.Equal([SmallLog.Topic], await engine.ListTopicsAsync("", Cancellation));
        Assert.Equal(log.Records.Count, (await SmallLog.ReadAsync(engine, [], Cancellation)).Count);
        Assert.Equal(
            [".hidden", "1-2.3.log", "README", "core.1234"],
            log.Verify().Where(static f => f.Kind == VerifyFindingKind.UnknownFile).Select(static f => f.File).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_missing_segment_is_a_gap_and_a_finding()
    {
        SmallLog log = await SmallLog.MakeAsync(Cancellation);
        string[] segments = [.. log.Disk.Files().Where(static f => f.EndsWith(".log", StringComparison.Ordinal))];
        Assert.True(segments.Length >= 3);
        log.Disk.Delete(segments[1]);
        var gaps = new List<FeedGap>();
        await SmallLog.ReadAsync(log.Open("reader"), gaps, Cancellation);
        Assert.Single(gaps);
        Assert.Contains(log.Verify(), static f => f.Kind == VerifyFindingKind.MissingSegment);
    }
}
