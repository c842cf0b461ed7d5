using Weir.Feed;
using Weir.Feed.Log;
using Weir.Lab.Disks;
using Weir.Lab.Feeds;
using Weir.Lab.Time;

namespace Weir.Simulation.Tests.Feed;

/// <summary>One simulated process with the feed open: it may write topics, and follows all of them.</summary>
internal sealed class FeedProcess
{
    private readonly SimulatedProcess _process;

    public FeedProcess(string name, SimulatedDisk disk, ManualTimeProvider time, FeedLedger ledger, IReadOnlyList<Follower> followers)
    {
        _process = disk.StartProcess(name);
        Engine = new LogEngine(new LogEngineOptions
        {
            Directory = "/srv/feed",
            Disk = _process,
            Time = time,
            SegmentBytes = 1500,
            IndexIntervalBytes = 256,
            PositionJournalBytes = 400,
        });
        Writer = new LedgerWriter(ledger, Engine);
        Followers = followers;
        foreach (Follower follower in followers) follower.Use(Engine);
    }

    public string Name => _process.Name;

    public bool IsAlive => _process.IsAlive;

    public LogEngine Engine { get; }

    public LedgerWriter Writer { get; }

    public IReadOnlyList<Follower> Followers { get; }

    public void Kill() => _process.Kill();

    /// <summary>Lets go of what a dead process held; its calls have no effect any more.</summary>
    public async Task BuryAsync()
    {
        try
        {
            await Engine.DisposeAsync();
        }
        catch (FeedException)
        {
            // A dead process cannot close in order.
        }
    }
}
