using Weir.Feed.Log;
using Weir.Lab.Disks;

namespace Weir.Feed.Tests.Contract;

/// <summary>The embedded log on a disk in memory; every engine is a process of its own.</summary>
public sealed class EmbeddedLogOnSimulatedDiskTests : LocalEngineContract
{
    private readonly SimulatedDisk _disk = new();
    private readonly List<SimulatedProcess> _processes = [];

    protected override IFeedEngine OpenEngine()
    {
        SimulatedProcess process = _disk.StartProcess($"engine {_processes.Count}");
        _processes.Add(process);
        return new LogEngine(new LogEngineOptions
        {
            Directory = "/feed",
            Disk = process,
            Time = Clock,
            SegmentBytes = 16 * 1024,
            IndexIntervalBytes = 1024,
        });
    }
}
