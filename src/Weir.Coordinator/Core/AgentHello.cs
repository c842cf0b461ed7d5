namespace Weir.Coordinator.Core;

/// <summary>How an agent introduces itself.</summary>
public sealed record AgentHello
{
    /// <summary>Its id, or for one that gave none what it is called: <c>host:port</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Whether it gave an id of its own, so that it can come back within the grace time. One that did not loses its work when it leaves.</summary>
    public bool CanReconnect { get; init; } = true;

    /// <summary>The archive ids it serves (what it may, where permissions say less than it asks for); empty for all.</summary>
    public IReadOnlyList<uint> ArchiveIds { get; init; } = [];

    /// <summary>It takes data that is not UTF-8 (capability <c>data_b64</c>).</summary>
    public bool TakesRawData { get; init; }

    /// <summary>The server's own name for the connection; comes back in <see cref="HandOut.Connection"/>.</summary>
    public object? Connection { get; init; }
}
