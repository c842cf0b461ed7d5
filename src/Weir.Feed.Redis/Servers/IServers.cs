namespace Weir.Feed.Redis.Servers;

/// <summary>Which server has which topic.</summary>
internal interface IServers : IAsyncDisposable
{
    /// <summary>The server to ask about a topic, as far as it is known.</summary>
    /// <exception cref="IOException">Nobody says; the message says why.</exception>
    ValueTask<ServerLink> ForTopicAsync(string topic, CancellationToken cancellationToken);

    /// <summary>All servers that have topics.</summary>
    /// <exception cref="IOException">Nobody says; the message says why.</exception>
    ValueTask<IReadOnlyList<ServerLink>> MastersAsync(CancellationToken cancellationToken);

    /// <summary>Topics of the same group can be asked for in one command.</summary>
    int GroupOf(string topic);

    /// <summary>The server that an error (MOVED, ASK) names; null where there are no redirections.</summary>
    ServerLink? Follow(string address, string topic, bool isForGood);

    /// <summary>What is known may be out of date: look again before the next request. False when there is nothing to look at.</summary>
    bool Doubt();
}
