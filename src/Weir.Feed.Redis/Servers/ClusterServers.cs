using System.Text;
using Weir.Feed.Redis.Resp;

namespace Weir.Feed.Redis.Servers;

/// <summary>
/// The masters of a Redis Cluster by slot (https://redis.io/docs/reference/cluster-spec). The map is asked for when it is first
/// needed and whenever a redirection or a lost server shows that it is out of date.
/// </summary>
internal sealed class ClusterServers(RedisUrl url, Func<RedisEndpoint, ServerLink> makeLink) : IServers
{
    private const int MaxServers = 1024;

    private readonly SemaphoreSlim _asking = new(1, 1);
    private readonly Lock _gate = new();
    private readonly Dictionary<RedisEndpoint, ServerLink> _links = [];
    private ServerLink?[] _bySlot = new ServerLink?[SlotHash.Slots];
    private volatile bool _isDoubted = true;

    public async ValueTask<ServerLink> ForTopicAsync(string topic, CancellationToken cancellationToken)
    {
        int slot = GroupOf(topic);
        if (!_isDoubted && _bySlot[slot] is { } known) return known;
        await RefreshAsync(cancellationToken);
        return _bySlot[slot] ?? throw new IOException($"no server of the cluster has slot {slot} (of topic '{topic}')");
    }

    public async ValueTask<IReadOnlyList<ServerLink>> MastersAsync(CancellationToken cancellationToken)
    {
        if (_isDoubted) await RefreshAsync(cancellationToken);
        return [.. _bySlot.OfType<ServerLink>().Distinct()];
    }

    public int GroupOf(string topic) => SlotHash.Of(Encoding.UTF8.GetBytes(topic));

    public ServerLink? Follow(string address, string topic, bool isForGood)
    {
        // "3999 host:port"; the host is empty when it is the one that answered, which the map knows better.
        string[] parts = address.Split(' ');
        if (parts.Length != 2 || !RedisEndpoint.TryParse(parts[1], RedisEndpoint.DefaultPort, out RedisEndpoint? endpoint))
        {
            Doubt();
            return null;
        }

        ServerLink link = Link(endpoint);
        if (!isForGood) return link;
        _bySlot[GroupOf(topic)] = link;
        return link;
    }

    public bool Doubt() => _isDoubted = true;

    public async ValueTask DisposeAsync()
    {
        foreach (ServerLink link in _links.Values) await link.DisposeAsync();
        _asking.Dispose();
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await _asking.WaitAsync(cancellationToken);
        try
        {
            if (!_isDoubted) return;
            var problems = new List<string>();
            foreach (RedisEndpoint server in Known())
            {
                try
                {
                    RespConnection connection = await Link(server).ConnectAsync(Lane.Commands, cancellationToken);
                    Read(await RedisClient.CallAsync(connection, cancellationToken, "CLUSTER", "SLOTS"), server);
                    _isDoubted = false;
                    return;
                }
                catch (IOException failed)
                {
                    problems.Add($"{server}: {failed.Message}");
                }
            }

            throw new IOException($"no server of the cluster tells its slots ({string.Join("; ", problems)})");
        }
        finally
        {
            _asking.Release();
        }
    }

    private List<RedisEndpoint> Known()
    {
        lock (_gate) return [.. url.Endpoints.Concat(_links.Keys).Distinct()];
    }

    /// <summary>Entries of first slot, last slot, master (host, port, …), replicas.</summary>
    private void Read(RespValue slots, RedisEndpoint answering)
    {
        var bySlot = new ServerLink?[SlotHash.Slots];
        foreach (RespValue range in slots.Items)
        {
            if (range.Items is not [var first, var last, { Items: [var host, var port, ..] }, ..])
                throw new RespProtocolException($"{answering} describes the cluster's slots in a way that cannot be understood.");
            string name = host.Text.Length is 0 || host.Text == "?" ? answering.Host : host.Text;
            if (first.Integer < 0 || last.Integer >= SlotHash.Slots || port.Integer is < 1 or > 65535)
                throw new RespProtocolException($"{answering} describes the cluster's slots with numbers that no cluster has.");
            ServerLink link = Link(new(name, (int)port.Integer));
            for (long slot = first.Integer; slot <= last.Integer; slot++) bySlot[slot] = link;
        }

        _bySlot = bySlot;
    }

    private ServerLink Link(RedisEndpoint endpoint)
    {
        lock (_gate)
        {
            if (_links.TryGetValue(endpoint, out ServerLink? link)) return link;
            if (_links.Count >= MaxServers) throw new IOException($"the cluster has named more than {MaxServers} servers");
            return _links[endpoint] = makeLink(endpoint);
        }
    }
}
