namespace Weir.Hsm.Live;

/// <summary>What an event did to the live actions.</summary>
public enum LiveChange : byte
{
    /// <summary>It speaks of no action that is known: it was purged before, or what told of it is trimmed away.</summary>
    Unknown,

    /// <summary>An action came.</summary>
    Added,

    /// <summary>An action changed.</summary>
    Updated,

    /// <summary>An action is still there, unchanged: a HEARTBEAT, or its state told again later.</summary>
    Refreshed,

    /// <summary>Word for word what was known: a repeat after a crash.</summary>
    Repeated,

    /// <summary>An action went.</summary>
    Removed,
}
