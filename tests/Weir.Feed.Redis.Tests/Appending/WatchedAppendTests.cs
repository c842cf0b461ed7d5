using System.Globalization;
using Weir.Feed.Redis.Tests.Faults;
using Weir.Feed.Redis.Tests.Servers;

namespace Weir.Feed.Redis.Tests.Appending;

/// <summary>Batches with own ids that go down a pipeline as transactions, and what keeps them from going wrong.</summary>
public sealed class WatchedAppendTests : FaultTest
{
    [Fact]
    public async Task A_large_batch_behind_a_known_end_goes_as_transactions()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await using RedisEngine engine = Open(redis.Url);
        await engine.AppendAsync("t", Own(1, 1), default, Cancellation);
        long before = await CallsAsync(redis, "exec");
        await engine.AppendAsync("t", Own(2, 3000, 100), new(ExpectedLastId: new(1, 0)), Cancellation);
        Assert.Equal(3, await CallsAsync(redis, "exec") - before);
        Assert.Equal(Numbers(1, 3001), await ReadAsync(engine, "t"));
    }

    [Theory]
    [InlineData("5000-0", "5000-0")]
    [InlineData(null, "0-0")]
    public async Task Nothing_is_kept_where_the_topic_ends_elsewhere_and_the_key_is_left_as_it_was(string? foreign, string end)
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await using RedisEngine engine = Open(redis.Url);
        await engine.AppendAsync("t", Own(1, 100), default, Cancellation);
        if (foreign is null) await redis.CommandAsync("DEL", "t");
        else await redis.CommandAsync("XADD", "t", foreign, "data", "theirs");
        string groups = await GroupsAsync(redis);
        var missed = await Assert.ThrowsAsync<LastIdMismatchException>(
            async () => await engine.AppendAsync("t", Own(6000, 3000, 100), new(ExpectedLastId: new(100, 0)), Cancellation));
        Assert.Equal(end, missed.LastId.ToString());
        Assert.Equal(foreign is null ? "0" : "101", await redis.CommandAsync("XLEN", "t"));
        Assert.Equal(foreign is null ? "0" : "1", await redis.CommandAsync("EXISTS", "t"));
        Assert.Equal(foreign is null ? "-2" : "-1", await redis.CommandAsync("PTTL", "t"));
        Assert.Equal(groups, await GroupsAsync(redis));
    }

    [Fact]
    public async Task A_time_to_live_that_somebody_has_set_is_kept()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await using RedisEngine engine = Open(redis.Url);
        await redis.CommandAsync("XADD", "t", "100-0", "data", "theirs");
        await redis.CommandAsync("PEXPIRE", "t", "7000000");
        await Assert.ThrowsAsync<LastIdMismatchException>(async () => await engine.AppendAsync("t", Own(200, 100), new(ExpectedLastId: new(50, 0)), Cancellation));
        Assert.InRange(long.Parse(await redis.CommandAsync("PTTL", "t"), CultureInfo.InvariantCulture), 6_000_000, 7_000_000);
    }

    /// <summary>Whoever appends in between stops the batch: no record of it stands behind the stranger's.</summary>
    [Fact]
    public async Task A_stranger_between_two_pieces_ends_the_batch_there()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await using RedisEngine engine = Open(redis.Url, patience: 60);
        await using RedisEngine other = Open(redis.Url, patience: 60);
        int stopped = 0;
        for (int round = 0; stopped < 3; round++)
        {
            string topic = $"t{round}";
            await engine.AppendAsync(topic, Own(1, 1), default, Cancellation);
            Task<RecordId> ours = engine.AppendAsync(topic, Own(2, 60_000, 100), new(ExpectedLastId: new(1, 0)), Cancellation).AsTask();
            await WaitUntilAsync(async () => (await other.DescribeAsync(topic, Cancellation))!.Count > 1);
            await other.AppendAsync(topic, Stranger(), default, Cancellation);
            try
            {
                await ours;
            }
            catch (FeedException)
            {
                stopped++;
            }

            List<string> there = await ReadAsync(engine, topic);
            Assert.Equal([.. Numbers(1, there.Count - 1), "stranger"], there);
            Assert.True(round < 300, $"only {stopped} of {round} batches were stopped");
            await other.DeleteTopicAsync(topic, Cancellation);
        }
    }

    [Fact]
    public async Task A_user_who_may_not_run_the_guard_appends_by_script()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await redis.CommandAsync("ACL", "SETUSER", "weir", "on", ">geheim", "~*", "+@all", "-pexpire");
        await using RedisEngine engine = Open($"redis://weir:geheim@127.0.0.1:{redis.Port}");
        await engine.AppendAsync("t", Own(1, 1), default, Cancellation);
        await engine.AppendAsync("t", Own(2, 3000), new(ExpectedLastId: new(1, 0)), Cancellation);
        Assert.Equal(0, await CallsAsync(redis, "exec"));
        await Assert.ThrowsAsync<LastIdMismatchException>(async () => await engine.AppendAsync("t", Own(9000, 3000), new(ExpectedLastId: new(1, 0)), Cancellation));
        Assert.Equal(Numbers(1, 3001), await ReadAsync(engine, "t"));
    }

    [Fact]
    public async Task A_server_that_fills_up_keeps_whole_pieces_and_nothing_behind_the_first_it_refuses()
    {
        await using RedisServer redis = await RedisServer.StartAsync("--maxmemory", "24mb", "--maxmemory-policy", "noeviction");
        await using RedisEngine engine = Open(redis.Url);
        await engine.AppendAsync("t", Own(1, 1), default, Cancellation);
        int next = 2;
        await Assert.ThrowsAsync<FeedFullException>(async () =>
        {
            for (int i = 0; i < 100; i++, next += 2000)
                await engine.AppendAsync("t", Own(next, 2000, 400), new(AppendDurability.Buffered, new((ulong)next - 1, 0)), Cancellation);
            await engine.SyncAsync("t", Cancellation);
        });
        List<string> there = await ReadAsync(engine, "t");
        Assert.Equal(Numbers(1, there.Count), there);
        Assert.InRange(there.Count, 2000, next);

        // What was in the pipeline behind the refused piece is told to the next caller, and then all is told.
        await Xunit.Record.ExceptionAsync(async () => await engine.SyncAsync("t", Cancellation));
        await engine.SyncAsync("t", Cancellation);
        Assert.Equal(there.Count, (await ReadAsync(engine, "t")).Count);
        Assert.True(await CallsAsync(redis, "exec") > 2);
    }

    [Fact]
    public async Task Buffered_transactions_are_appended_exactly_once_wherever_replies_are_cut()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await using var proxy = new FaultProxy(redis.Port, seed: 3) { MaxPieceBytes = 3000 };
        await using RedisEngine engine = Open(proxy.Url, patience: 60);
        int next = 1;
        for (int cut = 0; cut < 4000; cut += 131)
        {
            proxy.CutAfter(cut);
            for (int i = 0; i < 5; i++)
            {
                await engine.AppendAsync("t", Own(next, 100), new(AppendDurability.Buffered, next == 1 ? null : new((ulong)next - 1, 0)), Cancellation);
                next += 100;
            }

            await engine.SyncAsync("t", Cancellation);
        }

        Assert.True(proxy.Cuts >= 20, $"{proxy.Cuts} cuts");
        Assert.True(await CallsAsync(redis, "exec") > 50);
        Assert.Equal(Numbers(1, next - 1), await ReadAsync(engine, "t"));
    }

    [Fact]
    public async Task A_transaction_waits_for_replicas_where_it_is_told_to()
    {
        await using RedisServer master = await RedisServer.StartAsync("--repl-diskless-sync-delay", "0");
        await using RedisServer replica = await RedisServer.StartAsync("--replicaof", "127.0.0.1", $"{master.Port}");
        await WaitUntilAsync(async () => (await replica.CommandAsync("INFO", "replication")).Contains("master_link_status:up", StringComparison.Ordinal));
        await using RedisEngine engine = Open(master.Url + "?wait=1", patience: 60);
        await engine.AppendAsync("t", Own(1, 1), default, Cancellation);
        Assert.Equal(new RecordId(3001, 0), await engine.AppendAsync("t", Own(2, 3000), new(ExpectedLastId: new(1, 0)), Cancellation));
        Assert.Equal("3001", await replica.CommandAsync("XLEN", "t"));
        Assert.Equal(3, await CallsAsync(master, "exec"));
        await replica.KillAsync();
        await using var demanding = new RedisEngine(new() { Url = RedisUrl.Parse(master.Url + "?wait=1"), WaitTimeout = TimeSpan.FromMilliseconds(100) });
        var missing = await Assert.ThrowsAnyAsync<FeedException>(async () => await demanding.AppendAsync("t", Own(4000, 100), new(ExpectedLastId: new(3001, 0)), Cancellation));
        Assert.Contains("0 of 1 replicas", missing.Message, StringComparison.Ordinal);
    }

    private static RecordBatch Stranger()
    {
        var batch = new RecordBatch();
        batch.Add(new(1_000_000, 0), "X"u8, "other"u8, "subject"u8, "stranger"u8);
        return batch;
    }

    private static Task<string> GroupsAsync(RedisServer redis) => redis.CommandAsync("EVAL", "return redis.pcall('XINFO', 'GROUPS', 't')", "0");

    private static async Task<long> CallsAsync(RedisServer redis, string command)
    {
        string line = (await redis.CommandAsync("INFO", "commandstats")).Split('\n').FirstOrDefault(l => l.StartsWith($"cmdstat_{command}:", StringComparison.Ordinal)) ?? "calls=0,";
        return long.Parse(line.Split("calls=")[1].Split(',')[0], CultureInfo.InvariantCulture);
    }
}
