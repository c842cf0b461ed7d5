namespace Weir.Hsm.Maintenance;

/// <summary>What keeps a topic from being trimmed further.</summary>
public enum TrimHold
{
    /// <summary>Nothing: no action lives, and everything read may go.</summary>
    Nothing = 0,

    /// <summary>The record from which on the topic tells the state of a live action.</summary>
    LiveAction = 1,

    /// <summary>A consumer that has not acknowledged more.</summary>
    Consumer = 2,

    /// <summary>A purge that does not say which of two actions it means; it must be read with both or not at all.</summary>
    AmbiguousPurge = 3,
}
