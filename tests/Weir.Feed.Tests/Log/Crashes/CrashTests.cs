using Weir.Lab.Disks;
using Weir.Lab.Feeds;

namespace Weir.Feed.Tests.Log.Crashes;

/// <summary>The scripted history, with a crash at each of its disk operations.</summary>
public sealed class CrashTests
{
    public enum Crash
    {
        Kill,
        PowerLossLosesUnsynced,
        PowerLossKeepsUnsynced,
        PowerLossKeepsSome,
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_history_runs_to_its_end_where_nothing_goes_wrong()
    {
        (SimulatedFeed feed, History history) = await RunAsync(new SimulatedDisk());
        Assert.Empty(history.Failures);
        Assert.Empty(feed.Log.Events);
        Assert.Empty(feed.Verify());
        Assert.True(feed.Disk.Trace.Changes().Count(o => o.Kind == DiskOperationKind.Delete) >= 2, "The history drops no segment.");
        await Aftermath.CheckAsync(feed, history.Ledger, LedgerCheck.Strict with { EverySeek = true }, Cancellation);
    }

    [Theory]
    [InlineData(Crash.Kill, false, 0)]
    [InlineData(Crash.Kill, true, 0)]
    [InlineData(Crash.PowerLossLosesUnsynced, false, 0)]
    [InlineData(Crash.PowerLossLosesUnsynced, true, 0)]
    [InlineData(Crash.PowerLossKeepsUnsynced, false, 0)]
    [InlineData(Crash.PowerLossKeepsUnsynced, true, 0)]
    [InlineData(Crash.PowerLossKeepsSome, false, 1)]
    [InlineData(Crash.PowerLossKeepsSome, true, 2)]
    [InlineData(Crash.PowerLossKeepsSome, true, 3)]
    public async Task A_crash_at_any_operation_loses_nothing_that_was_acknowledged(Crash crash, bool afterTheOperation, int seed)
    {
        long operations = (await RunAsync(new SimulatedDisk())).Feed.Disk.Operations;
        for (long operation = 1; operation <= operations; operation++)
        {
            var disk = new SimulatedDisk(seed);
            disk.Faults.At(operation, Fault(crash, afterTheOperation));
            await CheckAsync(disk, crash == Crash.PowerLossKeepsSome, $"{crash} {(afterTheOperation ? "after" : "before")} operation {operation}, seed {seed}");
        }
    }

    private static DiskFault Fault(Crash crash, bool after) => crash switch
    {
        Crash.Kill => after ? DiskFault.KillAfter() : DiskFault.KillBefore(),
        _ => after ? DiskFault.PowerLossAfter(Kept(crash)) : DiskFault.PowerLossBefore(Kept(crash)),
    };

    private static Unsynced Kept(Crash crash) => crash switch
    {
        Crash.PowerLossLosesUnsynced => Unsynced.Lost,
        Crash.PowerLossKeepsUnsynced => Unsynced.Kept,
        _ => Unsynced.Random,
    };

    private static async Task CheckAsync(SimulatedDisk disk, bool allowGaps, string what)
    {
        (SimulatedFeed feed, History history) = await RunAsync(disk);
        disk.Faults.Clear();
        disk.PowerOn();
        try
        {
            await Aftermath.CheckAsync(feed, history.Ledger, LedgerCheck.Strict with { AllowGaps = allowGaps }, Cancellation);
        }
        catch (Exception violation) when (violation is LedgerViolationException or FeedException)
        {
            Assert.Fail($"{what}: {violation.Message}\n{violation.StackTrace}\n{disk.Trace.Tail()}");
        }
    }

    private static async Task<(SimulatedFeed Feed, History History)> RunAsync(SimulatedDisk disk)
    {
        var feed = new SimulatedFeed(disk);
        var history = new History(feed);
        await history.RunAsync(Cancellation);
        return (feed, history);
    }
}
