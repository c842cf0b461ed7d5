using Weir.Coordinator.Access;
using Weir.Coordinator.Core;

namespace Weir.Coordinator.Server;

/// <summary>What the core's side knows of a connection. Touched by nobody else.</summary>
internal sealed class Session
{
    /// <summary>Null before ehlo.</summary>
    public Agent? Agent { get; set; }

    /// <summary>Set when the peer has shown who it is, or need not.</summary>
    public required Permissions Permissions { get; init; }

    /// <summary>The answer that is worked at; what the peer sends meanwhile waits. Null: none is.</summary>
    public LongAnswer? LongAnswer { get; set; }

    /// <summary>Items of a long list that were queued before the list's end, and what became of them.</summary>
    public QueueTally Tally { get; set; }
}

/// <summary>What became of the items of one <c>queue</c> message so far.</summary>
internal struct QueueTally
{
    public long Enqueued;
    public long Skipped;
    public long Bad;
    public long Refused;
}
