namespace Weir.Server.Feeds.Sockets;

/// <summary>How the feed's UNIX socket is served.</summary>
public sealed record SocketOptions
{
    /// <summary>Where it is.</summary>
    public required string Path { get; init; }

    /// <summary>Members of this group see all of the feed, as root does; null: only root, and the user the daemon runs as.</summary>
    public string? Group { get; init; }

    /// <summary>Clients at once.</summary>
    public int MaxConnections { get; init; } = 8192;

    /// <summary>Clients at once of one user who does not see everything.</summary>
    public int MaxConnectionsPerUser { get; init; } = 64;

    /// <summary>A client that takes nothing of what is sent for this long is cut off.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The first line is here by then.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
