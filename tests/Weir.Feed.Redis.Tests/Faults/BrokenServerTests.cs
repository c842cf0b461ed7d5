using System.Diagnostics;
using Weir.Feed.Redis.Tests.Servers;

namespace Weir.Feed.Redis.Tests.Faults;

/// <summary>Servers that are killed, stopped, emptied, full or read-only.</summary>
public sealed class BrokenServerTests : FaultTest
{
    private const int ServerLost = 1101;
    private const int ServerBack = 1102;

    [Fact]
    public async Task Appends_go_on_over_a_killed_and_restarted_server_without_loss_or_repetition()
    {
        await using RedisServer redis = await RedisServer.StartAsync("--appendonly", "yes", "--appendfsync", "always");
        var logger = new RecordingLogger();
        await using RedisEngine engine = Open(redis.Url, patience: 60, logger: logger);
        await engine.AppendAsync("t", Own(1, 10), default, Cancellation);
        Task writing = Task.Run(
            async () =>
            {
                for (int i = 0; i < 300; i++)
                    await engine.AppendAsync("t", Own(11 + i * 100, 100), new(i % 3 == 0 ? AppendDurability.Buffered : AppendDurability.Durable), Cancellation);
                await engine.SyncAsync("t", Cancellation);
            },
            Cancellation);
        for (int i = 0; i < 2; i++)
        {
            await redis.RestartAsync();
            await WaitUntilAsync(async () => await engine.DescribeAsync("t", Cancellation) is { Count: > 0 });
        }

        await writing;
        Assert.Equal(Numbers(1, 30_010), await ReadAsync(engine, "t"));
        Assert.Equal(logger.Said(ServerLost).Length, logger.Said(ServerBack).Length);
    }

    [Fact]
    public async Task A_stopped_server_is_waited_for_and_a_batch_that_it_had_taken_is_recognised()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        var logger = new RecordingLogger();
        await using RedisEngine engine = Open(redis.Url, patience: 60, reply: 1, logger: logger);
        await engine.AppendAsync("t", Own(1, 1), default, Cancellation);
        await redis.SignalAsync("STOP");
        Task<RecordId> append = engine.AppendAsync("t", Own(2, 1), default, Cancellation).AsTask();
        await logger.WaitForAsync(ServerLost, Cancellation);
        Assert.False(append.IsCompleted);
        await redis.SignalAsync("CONT");
        Assert.Equal(new RecordId(2, 0), await append);
        Assert.Equal(["1", "2"], await ReadAsync(engine, "t"));
        Assert.Contains("sent nothing for 1 s", logger.Said(ServerLost)[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_down_makes_calls_fail_after_the_patience_and_is_logged_once()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        var logger = new RecordingLogger();
        await using RedisEngine engine = Open(redis.Url, patience: 0.2, logger: logger);
        await engine.AppendAsync("t", Own(1, 1), default, Cancellation);
        await redis.KillAsync();
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < 2; i++)
        {
            foreach (Func<Task> call in new Func<Task>[]
            {
                async () => await engine.AppendAsync("t", Own(2, 1), default, Cancellation), async () => await engine.AppendAsync("t", Given("x"), default, Cancellation),
                async () => await ReadAsync(engine, "t"), async () => await engine.DescribeAsync("t", Cancellation),
                async () => await engine.ListTopicsAsync("", Cancellation), async () => await engine.TrimAsync("t", new(1, 0), Cancellation),
            })
            {
                var failed = await Assert.ThrowsAnyAsync<FeedException>(call);
                Assert.Contains($"127.0.0.1:{redis.Port}", failed.Message, StringComparison.Ordinal);
            }
        }

        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(60));
        Assert.Single(logger.Said(ServerLost));
        await redis.RestartAsync(isEmpty: true);
        await WaitUntilAsync(async () => (await engine.ListTopicsAsync("", Cancellation)).Count == 0);
        Assert.Single(logger.Said(ServerBack));
        await engine.AppendAsync("t", Own(2, 1), default, Cancellation);

        // Reads have a connection of their own, whose next try may lie further off than this engine's patience.
        await WaitUntilAsync(async () => (await ReadAsync(engine, "t")).SequenceEqual(["2"]));
    }

    [Fact]
    public async Task Buffered_appends_to_a_server_that_is_down_fail_at_the_sync_and_leave_no_gap()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await using RedisEngine engine = Open(redis.Url, patience: 0.2);
        await redis.KillAsync();
        for (int i = 1; i < 4; i++)
        {
            try
            {
                await engine.AppendAsync("t", Own(i, 1), new(AppendDurability.Buffered), Cancellation);
            }
            catch (FeedException)
            {
                // The failure of the one before it.
            }
        }

        await redis.RestartAsync(isEmpty: true);
        await Assert.ThrowsAnyAsync<FeedException>(async () =>
        {
            await engine.SyncAsync("t", Cancellation);
            throw new FeedException("One of the calls above may have told it.");
        });
        await engine.SyncAsync("t", Cancellation);
        await WaitUntilAsync(async () => (await engine.ListTopicsAsync("", Cancellation)).Count >= 0);
        List<string> kept = await ReadAsync(engine, "t");
        Assert.Equal(Numbers(1, kept.Count), kept);
        await engine.AppendAsync("t", Own(9, 1), default, Cancellation);
    }

    [Fact]
    public async Task An_emptied_server_is_noticed_by_watch_cursor_and_condition()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await using RedisEngine engine = Open(redis.Url, patience: 60);
        await engine.AppendAsync("t", Own(100, 1), default, Cancellation);
        using IFeedWatch watch = engine.Watch("t");
        await watch.WaitAsync(Cancellation);
        await redis.RestartAsync(isEmpty: true);
        await watch.WaitAsync(Cancellation).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancellation);

        Assert.Null(await engine.DescribeAsync("t", Cancellation));
        var refused = await Assert.ThrowsAsync<LastIdMismatchException>(
            async () => await engine.AppendAsync("t", Own(101, 1), new(ExpectedLastId: new(100, 0)), Cancellation));
        Assert.Equal(RecordId.Zero, refused.LastId);
        await engine.AppendAsync("t", Own(1, 2), default, Cancellation);
        Assert.Equal(["1", "2"], await ReadAsync(engine, "t"));
    }

    [Fact]
    public async Task A_server_that_forgot_its_scripts_is_taught_again()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await using RedisEngine engine = Open(redis.Url);
        for (int i = 0; i < 5; i++)
        {
            await redis.CommandAsync("SCRIPT", "FLUSH");
            await engine.AppendAsync("t", Own(1 + i * 1300, 1300), default, Cancellation);
            await redis.CommandAsync("SCRIPT", "FLUSH");
            await engine.AppendAsync("u", Given("x"), new(ExpectedLastId: (await engine.DescribeAsync("u", Cancellation))?.LastId ?? RecordId.Zero), Cancellation);
        }

        Assert.Equal(Numbers(1, 6500), await ReadAsync(engine, "t"));
    }

    [Fact]
    public async Task A_full_server_keeps_nothing_of_a_batch_and_takes_it_when_there_is_room()
    {
        await using RedisServer redis = await RedisServer.StartAsync("--maxmemory", "8mb", "--maxmemory-policy", "noeviction");
        await using RedisEngine engine = Open(redis.Url);
        int kept = 0;
        var refused = await Assert.ThrowsAsync<FeedFullException>(async () =>
        {
            for (; kept < 100; kept++) await engine.AppendAsync("own", Own(1 + kept * 400, 400, 1000), default, Cancellation);
        });
        Assert.Contains("maxmemory", refused.Message, StringComparison.Ordinal);
        Assert.InRange(kept, 1, 99);
        int given = 0;
        await Assert.ThrowsAsync<FeedFullException>(async () =>
        {
            for (; given < 10_000; given++) await engine.AppendAsync("given", Given(new('x', 1000), "y", "z"), default, Cancellation);
        });
        Assert.Equal(Numbers(1, kept * 400), await ReadAsync(engine, "own"));
        Assert.Equal(3 * given, (await ReadAsync(engine, "given")).Count);

        await engine.TrimAsync("own", new((ulong)(kept * 400), 0), Cancellation);
        await engine.AppendAsync("own", Own(1 + kept * 400, 400, 1000), default, Cancellation);
        await engine.AppendAsync("given", Given("x", "y", "z"), default, Cancellation);
        Assert.Equal(Numbers(kept * 400, 401), await ReadAsync(engine, "own"));
        Assert.Equal(["x", "y", "z"], (await ReadAsync(engine, "given"))[(3 * given)..]);
    }

    [Fact]
    public async Task A_read_only_replica_is_read_and_refuses_appends_with_advice()
    {
        await using RedisServer master = await RedisServer.StartAsync("--repl-diskless-sync-delay", "0");
        await using RedisServer replica = await RedisServer.StartAsync("--replicaof", "127.0.0.1", $"{master.Port}");
        await using RedisEngine writer = Open(master.Url + "?wait=1", patience: 30);
        await WaitUntilAsync(async () => (await replica.CommandAsync("INFO", "replication")).Contains("master_link_status:up", StringComparison.Ordinal));
        await writer.AppendAsync("t", Own(1, 3), default, Cancellation);
        await writer.AppendAsync("t", Given("4"), default, Cancellation);
        Assert.Contains("1 replica, 1 of which", (await writer.DescribeAsync("t", Cancellation))!.Durability, StringComparison.Ordinal);

        await using RedisEngine reader = Open(replica.Url);
        Assert.Equal(["1", "2", "3", "4"], await ReadAsync(reader, "t"));
        foreach (RecordBatch batch in new[] { Own(5, 1), Given("5") })
        {
            var refused = await Assert.ThrowsAnyAsync<FeedException>(async () => await reader.AppendAsync("t", batch, default, Cancellation));
            Assert.Contains("read-only replica", refused.Message, StringComparison.Ordinal);
        }

        await using RedisEngine demanding = new(new() { Url = RedisUrl.Parse(master.Url + "?wait=2"), WaitTimeout = TimeSpan.FromSeconds(1) });
        var missing = await Assert.ThrowsAnyAsync<FeedException>(async () => await demanding.AppendAsync("u", Own(1, 1), default, Cancellation));
        Assert.Contains("1 of 2 replicas", missing.Message, StringComparison.Ordinal);
    }
}
