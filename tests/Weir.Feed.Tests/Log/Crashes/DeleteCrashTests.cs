using Weir.Feed.Log;
using Weir.Lab.Disks;
using Weir.Lab.Feeds;

namespace Weir.Feed.Tests.Log.Crashes;

/// <summary>Crashes and errors while a topic is deleted: it is whole, or it is gone and can be made anew.</summary>
public sealed class DeleteCrashTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Faults => ["power loss, lost", "power loss, kept", "power loss, random", "kill", "error"];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_deletion_cut_short_leaves_all_of_the_topic_or_nothing(string kind)
    {
        (SimulatedDisk whole, _, _) = await MakeAsync(0);
        long before = whole.Operations;
        Assert.True(await Open(whole).DeleteTopicAsync("t", Cancellation));
        for (long operation = before + 1; operation <= whole.Operations; operation++)
        {
            (SimulatedDisk disk, SimulatedFeed feed, FeedLedger ledger) = await MakeAsync((int)operation);
            disk.Faults.At(operation, Fault(kind));
            FeedException? failure = null;
            try
            {
                await Open(disk).DeleteTopicAsync("t", Cancellation);
            }
            catch (FeedException thrown)
            {
                failure = thrown;
            }

            disk.Faults.Clear();
            disk.PowerOn();
            await CheckAsync(feed, ledger, mayStay: failure is not null);
        }
    }

    private static async Task CheckAsync(SimulatedFeed feed, FeedLedger ledger, bool mayStay)
    {
        await using LogEngine engine = feed.Open("next");
        if (await engine.DescribeAsync("t", Cancellation) is not null)
        {
            Assert.True(mayStay, "The deletion was acknowledged, and the topic is still there.");
            await ledger.CheckAsync(engine, LedgerCheck.Strict, Cancellation);
            Assert.True(await engine.DeleteTopicAsync("t", Cancellation));
        }

        Assert.Empty(await engine.ListTopicsAsync("", Cancellation));
        var anew = new FeedLedger();
        var writer = new LedgerWriter(anew, engine);
        Assert.Null((await writer.AppendAsync("t", 2, cancellationToken: Cancellation)).Failure);
        await anew.CheckAsync(engine, LedgerCheck.Strict, Cancellation);
        Assert.True(await engine.DeleteTopicAsync("t", Cancellation));
        Assert.DoesNotContain(feed.Disk.Files(), static file => file.Contains("/topics/", StringComparison.Ordinal));
    }

    private static DiskFault Fault(string kind) => kind switch
    {
        "power loss, lost" => DiskFault.PowerLossBefore(Unsynced.Lost),
        "power loss, kept" => DiskFault.PowerLossBefore(Unsynced.Kept),
        "power loss, random" => DiskFault.PowerLossAfter(Unsynced.Random),
        "kill" => DiskFault.KillBefore(),
        _ => DiskFault.Fail(DiskError.Io),
    };

    private static async Task<(SimulatedDisk Disk, SimulatedFeed Feed, FeedLedger Ledger)> MakeAsync(int seed)
    {
        var disk = new SimulatedDisk(seed);
        var feed = new SimulatedFeed(disk);
        var ledger = new FeedLedger();
        var writer = new LedgerWriter(ledger, feed.Open("writer"));
        for (int i = 0; i < 4; i++) await writer.AppendAsync("t", 2, 300, cancellationToken: Cancellation);
        await writer.WritePositionAsync("t", "c", new(1, 0), Cancellation);
        await writer.CloseAsync();
        return (disk, feed, ledger);
    }

    private static LogEngine Open(SimulatedDisk disk) => new SimulatedFeed(disk).Open("deleting");
}
