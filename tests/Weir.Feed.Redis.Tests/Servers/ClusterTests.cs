using Weir.Feed.Redis.Tests.Faults;

namespace Weir.Feed.Redis.Tests.Servers;

public sealed class ClusterTests(RedisCluster cluster) : FaultTest, IClassFixture<RedisCluster>
{
    [Fact]
    public async Task Topics_lie_on_all_servers_and_are_found_on_all()
    {
        await using RedisEngine engine = Open(cluster.Url);
        string[] topics = [.. Enumerable.Range(0, 30).Select(i => $"spread:{i:d2}")];
        foreach (string topic in topics) await engine.AppendAsync(topic, Own(1, 10), default, Cancellation);
        Assert.Equal(topics, await engine.ListTopicsAsync("spread:", Cancellation));
        foreach (string topic in topics) Assert.Equal(Numbers(1, 10), await ReadAsync(engine, topic));
        foreach (RedisServer server in cluster.Servers) Assert.NotEqual("0", await server.CommandAsync("DBSIZE"));
    }

    [Fact]
    public async Task A_watch_notices_records_on_every_server_and_new_topics()
    {
        await using RedisEngine engine = Open(cluster.Url);
        string[] topics = [.. Enumerable.Range(0, 6).Select(i => $"watched:{i}")];
        foreach (string topic in topics) await engine.AppendAsync(topic, Own(1, 1), default, Cancellation);
        using IFeedWatch watch = engine.Watch("watched:");
        await watch.WaitAsync(Cancellation);
        foreach (string topic in topics.Append("watched:new"))
        {
            Task waiting = watch.WaitAsync(Cancellation).AsTask();
            await engine.AppendAsync(topic, Own(2, 1), default, Cancellation);
            await waiting.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
        }
    }

    [Fact]
    public async Task Redirections_are_followed_while_a_slot_moves_and_after_it_has()
    {
        const string Topic = "moving";
        await using RedisEngine engine = Open(cluster.Url);
        await engine.AppendAsync(Topic, Own(1, 100), default, Cancellation);
        int slot = await cluster.SlotAsync(Topic);
        RedisServer from = await cluster.OwnerAsync(slot);
        RedisServer to = cluster.Servers.First(server => server != from);
        string fromId = await from.CommandAsync("CLUSTER", "MYID");
        string toId = await to.CommandAsync("CLUSTER", "MYID");
        await to.CommandAsync("CLUSTER", "SETSLOT", $"{slot}", "IMPORTING", fromId);
        await from.CommandAsync("CLUSTER", "SETSLOT", $"{slot}", "MIGRATING", toId);

        // The key has gone, the slot not yet: every command is sent on with ASK.
        await from.CommandAsync("MIGRATE", "127.0.0.1", $"{to.Port}", Topic, "0", "5000");
        await engine.AppendAsync(Topic, Own(101, 1300), default, Cancellation);
        await engine.AppendAsync(Topic, Given("given", "given"), default, Cancellation);
        Assert.Equal([.. Numbers(1, 1400), "given", "given"], await ReadAsync(engine, Topic));

        foreach (RedisServer server in cluster.Servers) await server.CommandAsync("CLUSTER", "SETSLOT", $"{slot}", "NODE", toId);
        await using RedisEngine late = Open(cluster.Url);
        RecordId last = (await late.DescribeAsync(Topic, Cancellation))!.LastId;
        await engine.AppendAsync(Topic, Given("moved"), new(ExpectedLastId: last), Cancellation);
        Assert.Equal(1403, (await ReadAsync(engine, Topic)).Count);
        Assert.Equal("1403", await to.CommandAsync("XLEN", Topic));
    }

    [Fact]
    public async Task A_killed_server_of_the_cluster_is_waited_for()
    {
        const string Topic = "restarted";
        await using RedisEngine engine = Open(cluster.Url, patience: 60);
        await engine.AppendAsync(Topic, Own(1, 100), default, Cancellation);
        RedisServer owner = await cluster.OwnerAsync(await cluster.SlotAsync(Topic));
        await owner.KillAsync();
        Task<RecordId> append = engine.AppendAsync(Topic, Own(101, 100), default, Cancellation).AsTask();
        await owner.RestartAsync();
        Assert.Equal(new RecordId(200, 0), await append);
        Assert.Equal(Numbers(1, 200), await ReadAsync(engine, Topic));
    }
}
