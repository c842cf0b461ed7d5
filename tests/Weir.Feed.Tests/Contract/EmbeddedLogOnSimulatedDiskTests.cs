using Weir.Feed.Log;
using Weir.Lab.Disks;

namespace Weir.Feed.Tests.Contract;

/// <summary>The embedded log on a disk in memory; every engine is a process of its own.</summary>
public sealed class EmbeddedLogOnSimulatedDiskTests : LocalEngineContract
{
    private readonly SimulatedDisk _disk = new();

    protected override IFeedEngine OpenEngine()
    {
        SimulatedProcess process = _disk.StartProcess("engine");
        return new LogEngine(new LogEngineOptions
        {
            Directory = "/feed",
            Disk = process,
            Time = Clock,
            SegmentBytes = 16 * 1024,
            IndexIntervalBytes = 1024,
            PositionJournalBytes = 2048,
        });
    }
}
