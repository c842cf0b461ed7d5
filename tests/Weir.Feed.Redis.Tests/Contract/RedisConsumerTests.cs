using Weir.Feed.Tests.Contract;

namespace Weir.Feed.Redis.Tests.Contract;

/// <summary>Consumers of a feed on a server from Debian; each test has a database of its own.</summary>
public sealed class RedisConsumerTests(RedisContractTests.Server server) : ConsumerContract, IClassFixture<RedisContractTests.Server>
{
    private static int _databases;

    private readonly int _database = Interlocked.Increment(ref _databases);

    protected override IFeedEngine OpenEngine() => new RedisEngine(new() { Url = RedisUrl.Parse($"{server.Redis.Url}/{_database}") });
}
