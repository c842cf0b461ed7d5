using Weir.Feed.Redis.Tests.Servers;
using Weir.Feed.Tests.Contract;

namespace Weir.Feed.Redis.Tests.Contract;

/// <summary>The engine contract against a Redis Cluster, which is emptied after each test.</summary>
public sealed class RedisClusterContractTests(RedisCluster cluster) : FeedEngineContract, IClassFixture<RedisCluster>
{
    protected override IFeedEngine OpenEngine() => new RedisEngine(new() { Url = RedisUrl.Parse(cluster.Url) });

    protected override async ValueTask CleanUpAsync()
    {
        foreach (RedisServer server in cluster.Servers) await server.CommandAsync("FLUSHALL");
    }
}
