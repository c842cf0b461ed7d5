namespace Weir.Feed.Redis.Servers;

/// <summary>One server has everything.</summary>
internal sealed class SingleServer(ServerLink link) : IServers
{
    private readonly IReadOnlyList<ServerLink> _all = [link];

    public ValueTask<ServerLink> ForTopicAsync(string topic, CancellationToken cancellationToken) => ValueTask.FromResult(link);

    public ValueTask<IReadOnlyList<ServerLink>> MastersAsync(CancellationToken cancellationToken) => ValueTask.FromResult(_all);

    public int GroupOf(string topic) => 0;

    public ServerLink? Follow(string address, string topic, bool isForGood) => null;

    public bool Doubt() => false;

    public ValueTask DisposeAsync() => link.DisposeAsync();
}
