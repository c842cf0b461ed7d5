using Weir.Feed.Log;

namespace Weir.Feed.Tests.Log.Damage;

/// <summary>Every single bit of every file of a small log, flipped.</summary>
public sealed class FlippedBitTests
{
    private const int FrameBytes = FrameLayout.HeaderBytes + 3 + 7;
    private static readonly string[] Informational = [FeedDirectory.LockName, FeedDirectory.MarksLockName, FeedDirectory.PositionsLockName];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Kinds => ["FORMAT", ".log", ".idx", "tail", "low-water", "/positions", "lock", "marks.lock"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_flipped_bit_is_detected_and_every_other_record_is_read_before_and_after_recovery(string kind)
    {
        SmallLog log = await SmallLog.MakeAsync(Cancellation);
        Assert.Empty(log.Verify());
        string[] files = [.. log.Disk.Files().Where(f => f.EndsWith(kind, StringComparison.Ordinal))];
        Assert.NotEmpty(files);
        foreach (string file in files) await FlipEachAsync(log, file);
    }

    [Fact]
    public async Task After_a_restart_of_the_machine_a_flipped_bit_costs_no_other_record_either()
    {
        SmallLog log = await SmallLog.MakeAsync(Cancellation);
        log.Disk.PowerLoss();
        foreach (string file in log.Disk.Files().Where(static f => f.EndsWith(".log", StringComparison.Ordinal))) await FlipEachAsync(log, file);
    }

    private static async Task FlipEachAsync(SmallLog log, string file)
    {
        int length = log.Disk.Content(file).Length;
        for (int offset = 0; offset < length; offset++)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                SmallLog damaged = log.Copy();
                damaged.Disk.FlipBit(file, offset, bit);
                try
                {
                    await CheckAsync(damaged, file, offset);
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    Assert.Fail($"Bit {bit} of byte {offset} of {file} flipped: {failure.Message}\n{failure.StackTrace}\n{damaged.Disk.Trace.Tail(30)}");
                }
            }
        }
    }

    private static async Task CheckAsync(SmallLog log, string file, int offset)
    {
        Record? hit = log.Records.Concat(log.Trimmed).FirstOrDefault(record => Holds(log, file, offset, record));
        CheckFindings(log.Verify(), file, hit);

        await using (LogEngine reader = log.Open("reader")) await CheckRecordsAsync(log, reader, hit, appended: null);
        RecordId appended;
        await using (LogEngine writer = log.Open("next writer"))
        {
            var batch = new RecordBatch();
            batch.Add("T"u8, "s"u8, "u"u8, "new"u8);
            appended = await writer.AppendAsync(SmallLog.Topic, batch, default, Cancellation);
            await CheckRecordsAsync(log, writer, hit, appended);
            await CheckPositionsAsync(writer, file);
        }

        log.Disk.PowerLoss();
        await using LogEngine later = log.Open("later reader");
        await CheckRecordsAsync(log, later, hit, appended);
    }

    private static void CheckFindings(List<VerifyFinding> findings, string file, Record? hit)
    {
        if (Informational.Contains(Path.GetFileName(file))) return;
        Assert.NotEmpty(findings);
        if (hit is not null)
        {
            VerifyFinding named = Assert.Single(findings, static finding => finding.LosesRecords);
            Assert.Equal(hit.Id, named.Record);
        }
        else
        {
            Assert.DoesNotContain(findings, static finding => finding.LosesRecords);
        }
    }

    private static async Task CheckRecordsAsync(SmallLog log, LogEngine engine, Record? hit, RecordId? appended)
    {
        var gaps = new List<FeedGap>();
        List<Record> read = await SmallLog.ReadAsync(engine, gaps, Cancellation);

        // A damaged low-water mark hides nothing, so trimmed records may come again.
        read.RemoveAll(record => log.Trimmed.Any(trimmed => trimmed.Id == record.Id));
        if (appended is { } id)
        {
            Assert.Equal(id, read[^1].Id);
            Assert.True(id > log.Records[^1].Id);
            read.RemoveAt(read.Count - 1);
        }

        Assert.Equal(log.Records.Where(record => record != hit).Select(Text), read.Select(Text));
        if (hit is not null && hit != log.Records[^1] && log.Records.Contains(hit))
            Assert.Contains(gaps, gap => gap.Damaged == hit.Id || (gap.After < hit.Id && gap.Before > hit.Id));
        if (hit is null) Assert.Empty(gaps);
    }

    private static async Task CheckPositionsAsync(LogEngine engine, string file)
    {
        RecordId? first = await engine.ReadPositionAsync(SmallLog.Topic, "c1", Cancellation);
        RecordId? second = await engine.ReadPositionAsync(SmallLog.Topic, "c2", Cancellation);

        // A damaged position acknowledges nothing; what it never does is to acknowledge something else.
        bool mayBeLost = file.EndsWith("/positions", StringComparison.Ordinal);
        Assert.True(first == new RecordId(40, 4) || (mayBeLost && first is null));
        Assert.True(second == new RecordId(60, 6) || (mayBeLost && second is null));
    }

    /// <summary>Whether the byte belongs to the record's frame; all frames of the small log have the same size.</summary>
    private static bool Holds(SmallLog log, string file, int offset, Record record)
    {
        if (offset < SegmentHeader.Bytes || !SegmentName.TryParse(Path.GetFileName(file), out SegmentName name)) return false;
        IEnumerable<Record> inSegment = log.Trimmed.Concat(log.Records).Where(other => other.Id > name.After);
        return inSegment.ElementAt((offset - SegmentHeader.Bytes) / FrameBytes) == record;
    }

    private static string Text(Record record) => $"{record.Id} {record.Type} {record.Source} {record.Subject} {record.DataText}";
}
