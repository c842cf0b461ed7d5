using Weir.Feed.Redis.Resp;

namespace Weir.Feed.Redis.Servers;

/// <summary>
/// The master that Sentinels name (https://redis.io/docs/reference/sentinel-clients). They are asked one after the other, and
/// who is named must itself say that it is a master, since a Sentinel may be behind.
/// </summary>
internal sealed class SentinelServers(RedisUrl url, RespOptions sentinelOptions, Func<RedisEndpoint, ServerLink> makeLink, Action<RedisEndpoint, bool> noteMaster) : IServers
{
    private const int MaxServers = 1024;

    private readonly SemaphoreSlim _asking = new(1, 1);
    private readonly Dictionary<RedisEndpoint, ServerLink> _links = [];
    private List<RedisEndpoint> _sentinels = [.. url.Endpoints];
    private ServerLink? _master;
    private volatile bool _isDoubted;

    public async ValueTask<ServerLink> ForTopicAsync(string topic, CancellationToken cancellationToken)
    {
        if (_master is { } known && !_isDoubted) return known;
        await _asking.WaitAsync(cancellationToken);
        try
        {
            if (_master is { } meanwhile && !_isDoubted) return meanwhile;
            ServerLink master = await FindMasterAsync(cancellationToken);
            if (!ReferenceEquals(master, _master)) noteMaster(master.Endpoint, _master is null);
            _isDoubted = false;
            return _master = master;
        }
        finally
        {
            _asking.Release();
        }
    }

    public async ValueTask<IReadOnlyList<ServerLink>> MastersAsync(CancellationToken cancellationToken) =>
        [await ForTopicAsync("", cancellationToken)];

    public int GroupOf(string topic) => 0;

    public ServerLink? Follow(string address, string topic, bool isForGood) => null;

    public bool Doubt() => _isDoubted = true;

    public async ValueTask DisposeAsync()
    {
        foreach (ServerLink link in _links.Values) await link.DisposeAsync();
        _asking.Dispose();
    }

    private async Task<ServerLink> FindMasterAsync(CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        for (int i = 0; i < _sentinels.Count; i++)
        {
            RedisEndpoint sentinel = _sentinels[i];
            try
            {
                RedisEndpoint named = await AskAsync(sentinel, cancellationToken);
                ServerLink link = Link(named);
                await ThrowUnlessMasterAsync(link, cancellationToken);
                if (i > 0) _sentinels = [sentinel, .. _sentinels.Where(other => other != sentinel)];
                return link;
            }
            catch (IOException failed)
            {
                problems.Add($"{sentinel}: {failed.Message}");
            }
        }

        throw new IOException($"no Sentinel names a master '{url.Master}' that answers ({string.Join("; ", problems)})");
    }

    private async Task<RedisEndpoint> AskAsync(RedisEndpoint sentinel, CancellationToken cancellationToken)
    {
        await using RespConnection connection = await RespDialer.ConnectAsync(sentinel, sentinelOptions, cancellationToken);
        RespValue address = await RedisClient.CallAsync(connection, cancellationToken, "SENTINEL", "get-master-addr-by-name", url.Master);
        if (address.Items is not [var host, var port]) throw new IOException($"it knows no master '{url.Master}'");
        if (port.Integer is < 1 or > 65535) throw new IOException($"it names a master at port {port.Text}");
        return new(host.Text, (int)port.Integer);
    }

    private static async Task ThrowUnlessMasterAsync(ServerLink link, CancellationToken cancellationToken)
    {
        RespConnection connection = await link.ConnectAsync(Lane.Commands, cancellationToken);
        RespValue role = await RedisClient.CallAsync(connection, cancellationToken, "ROLE");
        if (role.Items is not [var kind, ..] || kind.Text != "master") throw new IOException($"it names {link.Endpoint}, which says that it is no master");
    }

    private ServerLink Link(RedisEndpoint endpoint)
    {
        if (_links.TryGetValue(endpoint, out ServerLink? link)) return link;
        if (_links.Count >= MaxServers) throw new IOException($"the Sentinels have named more than {MaxServers} masters");
        return _links[endpoint] = makeLink(endpoint);
    }
}
