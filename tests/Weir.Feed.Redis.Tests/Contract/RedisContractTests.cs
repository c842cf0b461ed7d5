using Weir.Feed.Redis.Tests.Servers;
using Weir.Feed.Tests.Contract;

namespace Weir.Feed.Redis.Tests.Contract;

/// <summary>The engine contract against a server from Debian; each test has a database of its own.</summary>
public sealed class RedisContractTests(RedisContractTests.Server server) : FeedEngineContract, IClassFixture<RedisContractTests.Server>
{
    private static int _databases;

    private readonly int _database = Interlocked.Increment(ref _databases);

    protected override IFeedEngine OpenEngine() =>
        new RedisEngine(new() { Url = RedisUrl.Parse($"{server.Redis.Url}/{_database}") });

    public sealed class Server : IAsyncLifetime
    {
        public RedisServer Redis { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Redis = await RedisServer.StartAsync("--databases", "1000");

        public async ValueTask DisposeAsync()
        {
            if (Redis is not null) await Redis.DisposeAsync();
        }
    }
}
