namespace Weir.Coordinator.Core;

/// <summary>What became of a request that was to be queued.</summary>
public enum QueueOutcome
{
    /// <summary>Taken in; durable when the turn is.</summary>
    Added,

    /// <summary>Its key is known already, so it counts as skipped.</summary>
    Known,

    /// <summary>Not an archive, restore or remove; archive id 0; or data longer than <see cref="CoordinatorOptions.MaxDataBytes"/>.</summary>
    Invalid,

    /// <summary><see cref="CoordinatorOptions.MaxRequests"/> are queued and running, or <see cref="CoordinatorOptions.MaxLanes"/> are in use.</summary>
    Full,
}

/// <summary>What became of an agent's greeting.</summary>
public enum AttachOutcome
{
    Attached,

    /// <summary>A live agent has this id (EEXIST, "id already used by another client").</summary>
    IdInUse,

    /// <summary><see cref="CoordinatorOptions.MaxAgents"/> are known.</summary>
    TooMany,
}

/// <summary>What became of a <c>recv</c>.</summary>
public enum ReceiveOutcome
{
    /// <summary>The agent waits, or its <see cref="HandOut"/> is on its way already.</summary>
    Waiting,

    /// <summary><c>max_bytes</c> is below <see cref="ReceiveLimits.LeastBytes"/> (EINVAL, "Buffer too small").</summary>
    BufferTooSmall,

    /// <summary>It waits already, or is not connected (EINVAL).</summary>
    NotReady,
}

/// <summary>What became of a <c>done</c>.</summary>
public enum DoneOutcome
{
    /// <summary>The request has ended.</summary>
    Ended,

    /// <summary>Nobody knows it (any more): answered as success all the same.</summary>
    Unknown,
}

/// <summary>What became of a cancel.</summary>
public enum CancelOutcome
{
    /// <summary>It is not known; there is nothing to answer.</summary>
    Unknown,

    /// <summary>It had not been handed out: gone, and Lustre is told ECANCELED.</summary>
    Dropped,

    /// <summary>An agent runs it and is told with its next list.</summary>
    Forwarded,

    /// <summary>Its cancel is on its way already.</summary>
    AlreadyCancelled,
}

/// <summary>What an agent's claim to run something came to.</summary>
public enum ReclaimOutcome
{
    /// <summary>It is the agent's.</summary>
    Taken,

    /// <summary>It was not known, and now is, as running at the agent.</summary>
    Created,

    /// <summary>Another live agent has it since; whoever is done first ends it, and it is not handed to this agent while it may run it.</summary>
    RunsElsewhere,

    /// <summary>Not a request that can be (see <see cref="QueueOutcome.Invalid"/>), or there is no room: passed over.</summary>
    Skipped,
}

/// <summary>Whether work is handed out.</summary>
public enum LockMode : byte
{
    Unlocked = 0,

    /// <summary>Nothing is handed out; cancels are still forwarded.</summary>
    Locked = 1,

    /// <summary>As <see cref="Locked"/>, and <see cref="Quit"/> comes when nothing runs any more. Not kept over a restart.</summary>
    LockedUntilQuit = 2,
}
