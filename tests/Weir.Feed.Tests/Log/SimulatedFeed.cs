using Weir.Feed.Disks;
using Weir.Feed.Log;
using Weir.Lab.Disks;
using Weir.Lab.Time;

namespace Weir.Feed.Tests.Log;

/// <summary>A feed on a simulated disk, with segments and index so small that a few records make many.</summary>
internal sealed class SimulatedFeed(SimulatedDisk disk)
{
    public const string Directory = "/var/feed";

    public SimulatedDisk Disk { get; } = disk;

    public ManualTimeProvider Time { get; } = new();

    public EventLog Log { get; } = new();

    public LogEngineOptions Options(IDisk process) => new()
    {
        Directory = Directory,
        Disk = process,
        Time = Time,
        Logger = Log,
        SegmentBytes = 900,
        IndexIntervalBytes = 128,
        PositionJournalBytes = 400,
    };

    /// <summary>Opens the feed in a process of its own.</summary>
    public LogEngine Open(string process) => new(Options(Disk.StartProcess(process)));

    /// <summary>What a verifier finds.</summary>
    public List<VerifyFinding> Verify()
    {
        var verifier = new LogVerifier(Options(Disk.StartProcess("verifier")));
        List<VerifyFinding> findings = [.. verifier.Topics().SelectMany(topic => verifier.Verify(topic).Findings)];
        if (verifier.VerifyFormat() is { } format) findings.Add(format);
        if (verifier.VerifyPositions() is { } positions) findings.Add(positions);
        return findings;
    }

    /// <summary>The lengths of all segments.</summary>
    public Dictionary<string, int> SegmentLengths() =>
        Disk.Files().Where(static f => f.EndsWith(".log", StringComparison.Ordinal)).ToDictionary(f => f, f => Disk.Content(f).Length);
}
