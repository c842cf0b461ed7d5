using System.Text;
using Weir.Feed.Log;
using Weir.Lab.Disks;

namespace Weir.Feed.Tests.Log.Damage;

/// <summary>A log of a few small records in three segments, trimmed at its start, with two consumers: small enough to damage it in every way.</summary>
internal sealed class SmallLog
{
    public const string Topic = "t";
    public const string TopicPath = Directory + "/topics/" + Topic;
    private const string Directory = "/feed";

    private SmallLog(SimulatedDisk disk) => Disk = disk;

    public SimulatedDisk Disk { get; }

    /// <summary>The readable records, in order.</summary>
    public List<Record> Records { get; private init; } = [];

    /// <summary>Records below the low-water mark that still stand in a segment.</summary>
    public List<Record> Trimmed { get; private init; } = [];

    public EventLog Log { get; } = new();

    public static async Task<SmallLog> MakeAsync(CancellationToken cancellationToken)
    {
        var made = new SmallLog(new SimulatedDisk());
        await using (LogEngine engine = made.Open("writer"))
        {
            for (ulong i = 1; i <= 9; i++)
            {
                var batch = new RecordBatch();
                batch.Add(new(10 * i, i), "T"u8, "s"u8, "u"u8, Encoding.UTF8.GetBytes($"{{\"i\":{i}}}"));
                await engine.AppendAsync(Topic, batch, default, cancellationToken);
            }

            List<Record> all = await ReadAsync(engine, [], cancellationToken);
            made.Trimmed.AddRange(all[..2]);
            made.Records.AddRange(all[2..]);
            await engine.TrimAsync(Topic, all[2].Id, cancellationToken);
            await engine.WritePositionAsync(Topic, "c1", all[3].Id, cancellationToken);
            await engine.WritePositionAsync(Topic, "c2", all[5].Id, cancellationToken);
        }

        return made;
    }

    /// <summary>The same log on a disk of its own.</summary>
    public SmallLog Copy() => new(Disk.Clone()) { Records = Records, Trimmed = Trimmed };

    public LogEngine Open(string process) => new(Options(process));

    public List<VerifyFinding> Verify()
    {
        var verifier = new LogVerifier(Options("verifier"));
        List<VerifyFinding> findings = [.. verifier.Verify(Topic).Findings];
        if (verifier.VerifyFormat() is { } format) findings.Add(format);
        if (verifier.VerifyPositions() is { } positions) findings.Add(positions);
        return findings;
    }

    public static async Task<List<Record>> ReadAsync(LogEngine engine, List<FeedGap> gaps, CancellationToken cancellationToken)
    {
        var records = new List<Record>();
        await using ITopicCursor cursor = engine.OpenCursor(Topic, RecordId.Zero);
        while (true)
        {
            RecordPage page = await cursor.ReadAsync(cancellationToken);
            if (page.Gap is { } gap) gaps.Add(gap);
            if (page.IsEmpty) return records;
            foreach (RecordView record in page) records.Add(record.ToRecord());
        }
    }

    private LogEngineOptions Options(string process) => new()
    {
        Directory = Directory,
        Disk = Disk.StartProcess(process),
        Logger = Log,
        SegmentBytes = 220,
        IndexIntervalBytes = 64,
        PositionJournalBytes = 0,
    };
}
