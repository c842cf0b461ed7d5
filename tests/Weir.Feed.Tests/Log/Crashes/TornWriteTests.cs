using Weir.Lab.Disks;
using Weir.Lab.Feeds;

namespace Weir.Feed.Tests.Log.Crashes;

/// <summary>Writes of which only the first bytes were done when the process or the machine went down.</summary>
public sealed class TornWriteTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(AppendDurability.Durable)]
    [InlineData(AppendDurability.Buffered)]
    public async Task However_the_last_write_is_torn_the_records_before_it_stay_and_the_rest_is_cut(AppendDurability durability)
    {
        (long operation, int length) = await LastAppendAsync(new SimulatedDisk(), durability);
        for (int bytes = 0; bytes <= length; bytes++)
        {
            foreach (DiskFault fault in new[]
            {
                DiskFault.PowerLossWithin(bytes, Unsynced.Kept), DiskFault.PowerLossWithin(bytes, Unsynced.Lost),
                DiskFault.PowerLossWithin(bytes, Unsynced.Random), DiskFault.KillWithin(bytes),
            })
            {
                var disk = new SimulatedDisk(bytes);
                disk.Faults.At(operation, fault);
                var feed = new SimulatedFeed(disk);
                var ledger = new FeedLedger();
                await AppendAsync(feed, ledger, durability);
                await CheckAsync(feed, ledger, fault.ToString());
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(100)]
    public async Task Any_write_of_the_history_may_be_torn(int bytes)
    {
        var whole = new SimulatedDisk();
        await new History(new SimulatedFeed(whole)).RunAsync(Cancellation);
        foreach (DiskOperation write in whole.Trace.Changes().Where(o => o.Kind == DiskOperationKind.Write && o.Length > bytes))
        {
            foreach (DiskFault fault in new[] { DiskFault.PowerLossWithin(bytes, Unsynced.Kept), DiskFault.KillWithin(bytes) })
            {
                var disk = new SimulatedDisk();
                disk.Faults.At(write.Number, fault);
                var feed = new SimulatedFeed(disk);
                var history = new History(feed);
                await history.RunAsync(Cancellation);
                await CheckAsync(feed, history.Ledger, $"{fault}: {write}");
            }
        }
    }

    private static async Task<(long Operation, int Length)> LastAppendAsync(SimulatedDisk disk, AppendDurability durability)
    {
        var feed = new SimulatedFeed(disk);
        await AppendAsync(feed, new FeedLedger(), durability);
        DiskOperation last = disk.Trace.Changes().Last(static o => o.Kind == DiskOperationKind.Write && o.Path.EndsWith(".log", StringComparison.Ordinal));
        return (last.Number, last.Length);
    }

    /// <summary>Two durable records, then a batch of two whose write is the last of all.</summary>
    private static async Task AppendAsync(SimulatedFeed feed, FeedLedger ledger, AppendDurability durability)
    {
        var writer = new LedgerWriter(ledger, feed.Open("writer"));
        await writer.AppendAsync("t", 2, cancellationToken: Cancellation);
        await writer.AppendAsync("t", 2, options: new(durability), cancellationToken: Cancellation);
        ledger.ProcessDied();
    }

    private static async Task CheckAsync(SimulatedFeed feed, FeedLedger ledger, string what)
    {
        feed.Disk.Faults.Clear();
        feed.Disk.PowerOn();
        try
        {
            await Aftermath.CheckAsync(feed, ledger, LedgerCheck.Strict, Cancellation);
        }
        catch (Exception violation) when (violation is LedgerViolationException or FeedException)
        {
            Assert.Fail($"{what}: {violation.Message}\n{violation.StackTrace}\n{feed.Disk.Trace.Tail()}");
        }
    }
}
