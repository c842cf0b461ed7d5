using Weir.Feed.Redis.Tests.Faults;
using Weir.Feed.Tests.Contract;

namespace Weir.Feed.Redis.Tests.Contract;

/// <summary>The engine contract over connections on which everything arrives in odd pieces.</summary>
public sealed class RedisThroughSlowProxyContractTests(RedisContractTests.Server server) : FeedEngineContract, IClassFixture<RedisContractTests.Server>
{
    private static int _databases;

    private readonly int _database = Interlocked.Increment(ref _databases);
    private readonly FaultProxy _proxy = new(server.Redis.Port, seed: 7) { MaxPieceBytes = 900 };

    protected override IFeedEngine OpenEngine() => new RedisEngine(new() { Url = RedisUrl.Parse($"{_proxy.Url}/{_database}") });

    protected override ValueTask CleanUpAsync() => _proxy.DisposeAsync();
}
