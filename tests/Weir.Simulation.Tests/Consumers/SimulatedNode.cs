using System.Diagnostics.CodeAnalysis;
using Weir.Feed;
using Weir.Feed.Consuming;
using Weir.Feed.Log;
using Weir.Lab.Disks;
using Weir.Lab.Time;
using Weir.Simulation.Tests.Hsm;

namespace Weir.Simulation.Tests.Consumers;

/// <summary>A simulated process with the feed and its consumers open.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Stopping it disposes of the log.")]
internal sealed class SimulatedNode(string name)
{
    private LogEngine? _log;

    public SimulatedProcess? Process { get; private set; }

    public IFeedEngine Engine { get; private set; } = null!;

    public ConsumerRegistry Registry { get; private set; } = null!;

    /// <summary>The registry, null before the first start.</summary>
    public ConsumerRegistry? Opened => Registry;

    public async Task RestartAsync(SimulatedDisk disk, ManualTimeProvider time)
    {
        await StopAsync();
        Process = disk.StartProcess(name);
        _log = new(new LogEngineOptions
        {
            Directory = "/srv/feed",
            Disk = Process,
            Time = time,
            SegmentBytes = 1500,
            IndexIntervalBytes = 256,
            PositionJournalBytes = 500,
        });
        Engine = new UnthreadedEngine(_log);
        Registry = new(Engine, new() { Time = time, Owner = name, CheckInterval = TimeSpan.FromMinutes(1), FanOut = new() { PageBytes = 300, LaggingPageBytes = 200, KeptBytes = 600 } });
    }

    public async Task StopAsync()
    {
        if (_log is null) return;
        try
        {
            await Registry.DisposeAsync();
            await _log.DisposeAsync();
        }
        catch (FeedException)
        {
            // A dead process cannot close in order.
        }
    }
}
