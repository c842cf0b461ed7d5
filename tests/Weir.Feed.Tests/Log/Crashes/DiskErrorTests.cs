using Weir.Lab.Disks;
using Weir.Lab.Feeds;

namespace Weir.Feed.Tests.Log.Crashes;

/// <summary>The scripted history on a disk that fails: once at each call, for a while from each call on, or before a crash.</summary>
public sealed class DiskErrorTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(DiskError.Io, 0)]
    [InlineData(DiskError.Io, 70)]
    [InlineData(DiskError.NoSpace, 0)]
    [InlineData(DiskError.NoSpace, 1)]
    [InlineData(DiskError.NoSpace, 70)]
    [InlineData(DiskError.ReadOnlyFileSystem, 0)]
    public async Task An_error_of_any_change_fails_at_most_one_call_and_loses_nothing(DiskError error, int afterBytes)
    {
        long operations = await CountAsync(static disk => disk.Operations);
        for (long operation = 1; operation <= operations; operation++)
        {
            var disk = new SimulatedDisk();
            disk.Faults.At(operation, DiskFault.Fail(error, afterBytes));
            await CheckAsync(disk, $"{error} after {afterBytes} bytes of operation {operation}", (_, history) => Assert.InRange(history.Failures.Count, 0, 1));
        }
    }

    [Fact]
    public async Task An_error_of_any_look_fails_at_most_one_call_and_loses_nothing()
    {
        long looks = await CountAsync(static disk => disk.Looks);
        for (long look = 1; look <= looks; look++)
        {
            var disk = new SimulatedDisk();
            disk.Faults.AtLook(look, DiskFault.Fail(DiskError.Io));
            await CheckAsync(disk, $"error of look {look}", (_, history) => Assert.InRange(history.Failures.Count, 0, 1));
        }
    }

    [Fact]
    public async Task A_cursor_goes_on_where_it_was_after_any_look_that_failed()
    {
        for (long look = 1; ; look++)
        {
            var feed = new SimulatedFeed(new SimulatedDisk());
            var writer = new LedgerWriter(new FeedLedger(), feed.Open("writer"));
            await using ITopicCursor cursor = feed.Open("reader").OpenCursor("t", RecordId.Zero, new CursorOptions { PageBytes = 300 });
            int seen = 0;
            feed.Disk.Faults.Rule = o => o.Process == "reader" && ++seen == look ? DiskFault.Fail(DiskError.Io) : null;
            int read = 0;
            for (int i = 0; i < 6; i++)
            {
                await writer.AppendAsync("t", 2, 250, cancellationToken: Cancellation);
                read += await ReadOnAsync(cursor);
            }

            Assert.Equal(12, read);
            if (seen < look) break;
        }

        static async Task<int> ReadOnAsync(ITopicCursor cursor)
        {
            for (int read = 0; ;)
            {
                try
                {
                    RecordPage page = await cursor.ReadAsync(Cancellation);
                    if (page.IsEmpty) return read;
                    Assert.Null(page.Gap);
                    read += page.Count;
                }
                catch (FeedException)
                {
                    // Tried again by the next turn.
                }
            }
        }
    }

    [Theory]
    [InlineData(DiskError.Io, false)]
    [InlineData(DiskError.NoSpace, false)]
    [InlineData(DiskError.ReadOnlyFileSystem, false)]
    [InlineData(DiskError.Io, true)]
    public async Task When_all_changes_fail_for_a_while_the_feed_goes_on_afterwards(DiskError error, bool looksToo)
    {
        long operations = await CountAsync(static disk => disk.Operations);
        for (long operation = 1; operation <= operations; operation++)
        {
            var disk = new SimulatedDisk();
            History? running = null;
            int? lastFailingStep = null;
            long first = operation;
            disk.Faults.Rule = call =>
            {
                if (lastFailingStep is null && !call.IsLook && call.Number == first) lastFailingStep = running!.Steps + 1;
                bool isOut = lastFailingStep >= running!.Steps && (looksToo || !call.IsLook);
                return isOut ? DiskFault.Fail(error) : null;
            };
            await CheckAsync(
                disk,
                $"{error} from operation {operation} on",
                (_, history) => Assert.All(history.Failures, failure => Assert.InRange(failure.Step, 1, lastFailingStep!.Value)),
                history => running = history);
        }
    }

    [Theory]
    [InlineData(DiskOperationKind.Sync, Unsynced.Lost)]
    [InlineData(DiskOperationKind.Sync, Unsynced.Kept)]
    [InlineData(DiskOperationKind.Write, Unsynced.Lost)]
    [InlineData(DiskOperationKind.SyncDirectory, Unsynced.Lost)]
    public async Task A_power_loss_some_time_after_an_error_loses_nothing_that_was_acknowledged(DiskOperationKind kind, Unsynced unsynced)
    {
        var whole = new SimulatedDisk();
        await RunAsync(whole);
        long[] failing = [.. whole.Trace.Changes().Where(o => o.Kind == kind).Select(o => o.Number)];
        foreach (long failed in failing)
        {
            for (long operation = failed + 1 + (failed % LongRun.Step(13)); operation <= whole.Operations + 10; operation += LongRun.Step(13))
            {
                var disk = new SimulatedDisk();
                disk.Faults.At(failed, DiskFault.Fail(DiskError.Io));
                disk.Faults.At(operation, DiskFault.PowerLossBefore(unsynced));
                await CheckAsync(disk, $"error at operation {failed}, power loss ({unsynced}) before operation {operation}");
            }
        }
    }

    [Fact]
    public async Task A_kill_right_after_a_failed_flush_shows_nobody_what_a_power_loss_could_take()
    {
        var whole = new SimulatedDisk();
        await RunAsync(whole);
        foreach (DiskOperation flush in whole.Trace.Changes().Where(static o => o.Kind == DiskOperationKind.Sync))
        {
            for (long operation = flush.Number + 1; operation <= flush.Number + 3; operation++)
            {
                var disk = new SimulatedDisk();
                disk.Faults.At(flush.Number, DiskFault.Fail(DiskError.Io));
                disk.Faults.At(operation, DiskFault.KillBefore());
                await CheckAsync(disk, $"failed flush at operation {flush.Number}, kill before operation {operation}");
            }
        }
    }

    private static async Task CheckAsync(SimulatedDisk disk, string what, Action<SimulatedFeed, History>? also = null, Action<History>? started = null)
    {
        try
        {
            (SimulatedFeed feed, History history) = await RunAsync(disk, started);
            disk.Faults.Clear();
            disk.PowerOn();
            also?.Invoke(feed, history);
            Assert.All(history.Failures, failure => Assert.Contains(SimulatedFeed.Directory, failure.Failure.Message, StringComparison.Ordinal));
            await Aftermath.CheckAsync(feed, history.Ledger, LedgerCheck.Strict, Cancellation);
        }
        catch (Exception violation) when (violation is not OperationCanceledException)
        {
            Assert.Fail($"{what}: {violation.GetType().Name}: {violation.Message}\n{violation.StackTrace}\n{disk.Trace.Tail(200)}");
        }
    }

    private static async Task<(SimulatedFeed Feed, History History)> RunAsync(SimulatedDisk disk, Action<History>? started = null)
    {
        var feed = new SimulatedFeed(disk);
        var history = new History(feed);
        started?.Invoke(history);
        await history.RunAsync(Cancellation);
        return (feed, history);
    }

    private static async Task<long> CountAsync(Func<SimulatedDisk, long> count)
    {
        var disk = new SimulatedDisk();
        await RunAsync(disk);
        return count(disk);
    }
}
