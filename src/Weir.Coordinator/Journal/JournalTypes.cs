namespace Weir.Coordinator.Journal;

/// <summary>
/// The records of <c>coordinator:journal</c>. Requests are named by their slot in the store, agents by their number; both are given out in
/// records of the journal itself. Format: docs/coordinator.md.
/// </summary>
internal static class JournalTypes
{
    /// <summary>A coordinator starts here, and has the topic for itself: <c>{"t":ms}</c>.</summary>
    public static ReadOnlySpan<byte> Opened => "OPENED"u8;

    /// <summary>An agent is known from here on: <c>{"a":number,"id":…}</c>.</summary>
    public static ReadOnlySpan<byte> Agent => "AGENT"u8;

    /// <summary>An agent is no longer known: <c>{"a":number}</c>.</summary>
    public static ReadOnlySpan<byte> Forgotten => "FORGOTTEN"u8;

    /// <summary>Requests taken in: <c>{"r":[[…],…]}</c>.</summary>
    public static ReadOnlySpan<byte> Accepted => "ACCEPTED"u8;

    /// <summary>Whose files requests are about has been found: <c>{"w":[slot,uid,gid,project,…]}</c>.</summary>
    public static ReadOnlySpan<byte> Owned => "OWNED"u8;

    /// <summary>Handed to an agent: <c>{"a":agent,"t":ms,"s":[slot,…]}</c>.</summary>
    public static ReadOnlySpan<byte> Assigned => "ASSIGNED"u8;

    /// <summary>Queued once more: <c>{"a":agent or 0,"t":ms,"o":order of the first,"b":1 when back from an agent,"s":[…]}</c>.</summary>
    public static ReadOnlySpan<byte> Requeued => "REQUEUED"u8;

    /// <summary>Ended, to an agent's credit: <c>{"a":agent or 0,"s":[…]}</c>.</summary>
    public static ReadOnlySpan<byte> Done => "DONE"u8;

    /// <summary>Ended here without an agent: <c>{"e":errno,"s":[…]}</c>.</summary>
    public static ReadOnlySpan<byte> Cancelled => "CANCELLED"u8;

    /// <summary>To be cancelled where they run: <c>{"s":[…]}</c>.</summary>
    public static ReadOnlySpan<byte> Cancelling => "CANCELLING"u8;

    /// <summary>The agents were told of the cancels: <c>{"s":[…]}</c>.</summary>
    public static ReadOnlySpan<byte> CancelSent => "CANCEL_SENT"u8;

    /// <summary>Reported as stuck: <c>{"s":[…]}</c>.</summary>
    public static ReadOnlySpan<byte> Stuck => "STUCK"u8;

    /// <summary><c>{"mode":0|1|2}</c>.</summary>
    public static ReadOnlySpan<byte> Lock => "LOCK"u8;

    /// <summary>A snapshot begins: agents and lock as they are here.</summary>
    public static ReadOnlySpan<byte> SnapshotBegin => "SNAPSHOT_BEGIN"u8;

    /// <summary>A part of it: requests as they are here, in the order of their slots: <c>{"r":[[…],…]}</c>.</summary>
    public static ReadOnlySpan<byte> Snapshot => "SNAPSHOT"u8;

    /// <summary>A snapshot is whole: counters and agents as they are here.</summary>
    public static ReadOnlySpan<byte> SnapshotEnd => "SNAPSHOT_END"u8;
}
