using Weir.Feed.Log;
using Weir.Lab.Disks;

namespace Weir.Feed.Tests.Contract;

/// <summary>Consumers of an embedded log on a disk in memory; every engine is a process of its own.</summary>
public sealed class ConsumersOnSimulatedDiskTests : ConsumerContract
{
    private readonly SimulatedDisk _disk = new();

    protected override IFeedEngine OpenEngine() => new LogEngine(new LogEngineOptions
    {
        Directory = "/feed",
        Disk = _disk.StartProcess("engine"),
        Time = Clock,
        SegmentBytes = 16 * 1024,
        IndexIntervalBytes = 1024,
        PositionJournalBytes = 2048,
    });
}
