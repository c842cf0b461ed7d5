namespace Weir.Feed.Redis.Tests.Servers;

/// <summary>Three masters of a Redis Cluster on the loopback.</summary>
public sealed class RedisCluster : IAsyncLifetime
{
    public List<RedisServer> Servers { get; } = [];

    public string Url => $"redis-cluster://127.0.0.1:{Servers[0].Port},127.0.0.1:{Servers[1].Port}";

    public async ValueTask InitializeAsync()
    {
        for (int i = 0; i < 3; i++)
            Servers.Add(await RedisServer.StartAsync("--cluster-enabled", "yes", "--cluster-node-timeout", "1000", "--appendonly", "yes"));
        await RedisServer.RunAsync("redis-cli", ["--cluster", "create", .. Servers.Select(s => $"127.0.0.1:{s.Port}"), "--cluster-yes"]);
        foreach (RedisServer server in Servers)
        {
            while (!(await server.CommandAsync("CLUSTER", "INFO")).Contains("cluster_state:ok", StringComparison.Ordinal)) await Task.Delay(20);
        }
    }

    /// <summary>The key's slot.</summary>
    public async Task<int> SlotAsync(string key) => int.Parse(await Servers[0].CommandAsync("CLUSTER", "KEYSLOT", key));

    /// <summary>The server that has the slot.</summary>
    public async Task<RedisServer> OwnerAsync(int slot)
    {
        foreach (RedisServer server in Servers)
        {
            string myself = (await server.CommandAsync("CLUSTER", "NODES")).Split('\n').Single(line => line.Contains("myself", StringComparison.Ordinal));
            foreach (string range in myself.Split(' ').Skip(8).Where(r => !r.StartsWith('[')))
            {
                string[] ends = range.Split('-');
                if (slot >= int.Parse(ends[0]) && slot <= int.Parse(ends[^1])) return server;
            }
        }

        throw new InvalidOperationException($"Nobody has slot {slot}.");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (RedisServer server in Servers) await server.DisposeAsync();
    }
}
