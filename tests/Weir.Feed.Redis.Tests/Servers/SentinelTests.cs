using Weir.Feed.Redis.Tests.Faults;

namespace Weir.Feed.Redis.Tests.Servers;

public sealed class SentinelTests : FaultTest
{
    [Fact]
    public async Task The_master_is_found_and_followed_when_it_fails_over()
    {
        await using RedisServer first = await RedisServer.StartAsync("--repl-diskless-sync-delay", "0");
        await using RedisServer second = await RedisServer.StartAsync("--replicaof", "127.0.0.1", $"{first.Port}");
        await using RedisServer sentinel = await RedisServer.StartSentinelAsync($"""
            sentinel monitor elm 127.0.0.1 {first.Port} 1
            sentinel down-after-milliseconds elm 300
            sentinel failover-timeout elm 2000
            """);
        var logger = new RecordingLogger();
        int nobody = RedisServer.FreePort();
        await using RedisEngine engine = Open($"redis-sentinel://127.0.0.1:{nobody},127.0.0.1:{sentinel.Port}/elm?wait=1", patience: 60, logger: logger);
        await WaitUntilAsync(async () => (await sentinel.CommandAsync("SENTINEL", "replicas", "elm")).Contains($"{second.Port}", StringComparison.Ordinal));
        await WaitUntilAsync(async () => (await second.CommandAsync("INFO", "replication")).Contains("master_link_status:up", StringComparison.Ordinal));
        await engine.AppendAsync("t", Own(1, 100), default, Cancellation);

        await first.KillAsync();
        await using RedisEngine afterwards = Open($"redis-sentinel://127.0.0.1:{sentinel.Port}/elm", patience: 60, logger: logger);
        await afterwards.AppendAsync("t", Own(101, 100), default, Cancellation);
        Assert.Equal(Numbers(1, 200), await ReadAsync(engine, "t"));
        Assert.Equal("200", await second.CommandAsync("XLEN", "t"));
        Assert.Contains($"{second.Port}", Assert.Single(logger.Said(1105)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sentinels_that_know_no_such_master_are_named_in_the_failure()
    {
        await using RedisServer sentinel = await RedisServer.StartSentinelAsync("");
        await using RedisEngine engine = Open($"redis-sentinel://127.0.0.1:{sentinel.Port}/elm", patience: 0.2);
        var failed = await Assert.ThrowsAnyAsync<FeedException>(async () => await engine.AppendAsync("t", Own(1, 1), default, Cancellation));
        Assert.Contains($"127.0.0.1:{sentinel.Port}: it knows no master 'elm'", failed.Message, StringComparison.Ordinal);
    }
}
