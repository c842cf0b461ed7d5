using Weir.Coordinator.Requests;
using Weir.Lustre;

namespace Weir.Coordinator.Core;

/// <summary>Where a request is and why it is not running (<c>status --why</c>).</summary>
public sealed record RequestExplanation
{
    public required RequestKey Key { get; init; }

    public required HsmAction Action { get; init; }

    public required uint ArchiveId { get; init; }

    public required RequestState State { get; init; }

    /// <summary>The agent that runs it or whose queue it is in; null in a queue for all.</summary>
    public string? AgentId { get; init; }

    /// <summary>In words: <c>running</c>, <c>queue of all agents</c>, <c>queue of agent n1</c>, <c>batch slot of agent n1</c>.</summary>
    public required string Place { get; init; }

    /// <summary>The priority class's name.</summary>
    public required string Class { get; init; }

    /// <summary>Whose share it waits in, as <c>uid 1000</c>; null without fair queueing.</summary>
    public string? Share { get; init; }

    /// <summary>How many requests are before it in its own line; with fair queueing, of its own share.</summary>
    public long? Ahead { get; init; }

    /// <summary>False when the line is so long that <see cref="Ahead"/> is an upper bound.</summary>
    public bool IsAheadExact { get; init; } = true;

    /// <summary>When it was accepted.</summary>
    public required DateTimeOffset Accepted { get; init; }

    /// <summary>Since when it is where it is.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>How often it has come back from an agent.</summary>
    public int Requeues { get; init; }

    public bool IsCancelled { get; init; }

    public bool IsStuck { get; init; }

    /// <summary>Why it does not run, each a sentence; empty when it runs.</summary>
    public IReadOnlyList<string> Reasons { get; init; } = [];
}
