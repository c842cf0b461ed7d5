using Weir.Feed.Log;
using Weir.Lab.Disks;
using Weir.Lab.Feeds;

namespace Weir.Feed.Tests.Log.Crashes;

/// <summary>Crashes of the history, and a second crash or an error at each operation of the recovery that follows.</summary>
public sealed class RecoveryCrashTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Unsynced.Lost)]
    [InlineData(Unsynced.Kept)]
    public async Task A_recovery_may_itself_be_cut_short_anywhere(Unsynced unsynced) =>
        await CheckEachAsync(DiskFault.PowerLossAfter(unsynced), DiskFault.PowerLossBefore(unsynced));

    [Fact]
    public async Task A_recovery_may_be_killed_anywhere() => await CheckEachAsync(DiskFault.KillAfter(), DiskFault.KillBefore());

    [Fact]
    public async Task A_recovery_may_fail_anywhere_and_is_tried_again() =>
        await CheckEachAsync(DiskFault.KillAfter(), DiskFault.Fail(DiskError.Io));

    private static async Task CheckEachAsync(DiskFault first, DiskFault second)
    {
        var whole = new SimulatedDisk();
        await new History(new SimulatedFeed(whole)).RunAsync(Cancellation);
        for (long operation = 15; operation <= whole.Operations; operation += LongRun.Step(13))
        {
            for (long recovery = 1; recovery <= 40; recovery++)
            {
                if (!await CheckAsync(operation, first, recovery, second)) break;
            }
        }
    }

    /// <returns>Whether the recovery came as far as the second fault.</returns>
    private static async Task<bool> CheckAsync(long operation, DiskFault first, long recovery, DiskFault second)
    {
        var disk = new SimulatedDisk();
        disk.Faults.At(operation, first);
        var feed = new SimulatedFeed(disk);
        var history = new History(feed);
        await history.RunAsync(Cancellation);
        disk.PowerOn();

        long faulty = disk.Operations + recovery;
        disk.Faults.At(faulty, second);
        var writer = new LedgerWriter(history.Ledger, new LogEngine(feed.Options(disk.StartProcess("recovering"))));
        foreach (string topic in history.Ledger.Topics) await writer.AppendAsync(topic, 1, cancellationToken: Cancellation);
        await writer.CloseAsync();
        bool wasReached = disk.Operations >= faulty;
        history.Ledger.ProcessDied();
        disk.Faults.Clear();
        disk.PowerOn();
        try
        {
            await Aftermath.CheckAsync(feed, history.Ledger, LedgerCheck.Strict, Cancellation);
        }
        catch (Exception violation) when (violation is LedgerViolationException or FeedException)
        {
            Assert.Fail($"{first} at operation {operation}, {second} at operation {recovery} of recovery: {violation.Message}\n{violation.StackTrace}\n{disk.Trace.Tail(150)}");
        }

        return wasReached;
    }
}
