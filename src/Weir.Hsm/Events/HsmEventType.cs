namespace Weir.Hsm.Events;

/// <summary>What an event of an action topic says. Nothing else stands on these topics.</summary>
public enum HsmEventType : byte
{
    /// <summary>No event of this format.</summary>
    Unknown,

    /// <summary>An action came into the MDT's log. The event carries its whole state.</summary>
    New,

    /// <summary>An action changed, or its state is told again. The event carries its whole state.</summary>
    Update,

    /// <summary>An action's record is gone from the MDT's log.</summary>
    Purged,

    /// <summary>An action is still there, unchanged.</summary>
    Heartbeat,
}
