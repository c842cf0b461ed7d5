using Weir.Coordinator.Requests;
using Weir.Coordinator.Scheduling;

namespace Weir.Coordinator.Core;

/// <summary>
/// An agent as the core knows it: connected, or within its grace time. The same object stays when it comes back. For reading only; it changes
/// with the core's calls.
/// </summary>
public sealed class Agent
{
    internal Agent(int number, string id, IReadOnlyList<ClassRules> classes, BatchOptions? batches)
    {
        Number = number;
        Id = id;
        Queues = new(classes, new(this, null), batches is not null);
        Slots = batches is null ? [] : [.. Enumerable.Range(0, batches.SlotsPerAgent).Select(_ => new BatchSlot())];
        Sources = WorkSource.All(Slots);
    }

    /// <summary>Its id, or <c>host:port</c> of one that gave none.</summary>
    public string Id { get; }

    public AgentState State { get; internal set; } = AgentState.Disconnected;

    public bool IsConnected => State != AgentState.Disconnected;

    /// <summary>Whether its work waits for it when it leaves.</summary>
    public bool CanReconnect { get; internal set; } = true;

    /// <summary>The archive ids it serves; empty for all.</summary>
    public IReadOnlyList<uint> ArchiveIds => ArchiveFilter;

    /// <summary>It takes data that is not UTF-8.</summary>
    public bool TakesRawData { get; internal set; }

    /// <summary>The server's name for its connection; null when it has none.</summary>
    public object? Connection { get; internal set; }

    /// <summary>When it left, by the wall clock; null while it is connected.</summary>
    public DateTimeOffset? DisconnectedAt { get; internal set; }

    /// <summary>What it runs.</summary>
    public WorkCounts Running => RunningCounts;

    /// <summary>What it has ended.</summary>
    public WorkCounts Done => DoneCounts;

    /// <summary>Cancels that wait to be sent to it.</summary>
    public int PendingCancels { get; internal set; }

    /// <summary>What it asked for last.</summary>
    public ReceiveLimits Limits { get; internal set; }

    /// <summary>How it is called in the journal; never used again.</summary>
    internal int Number { get; }

    /// <summary>What waits for it alone.</summary>
    internal PlaceQueues Queues { get; }

    internal BatchSlot[] Slots { get; }

    /// <summary>What its lists are filled from, in this order.</summary>
    internal WorkSource[] Sources { get; }

    internal uint[] ArchiveFilter { get; set; } = [];

    /// <summary>Running requests whose cancel it has not been told of yet, with their orders; those that have ended meanwhile no longer count.</summary>
    internal Queue<(int Slot, ulong Order)> Cancels { get; } = new();

    /// <summary>Handed to it, no longer its by the books, and it has not said that it is done: not to be handed to it again.</summary>
    internal HashSet<RequestKey> Ghosts { get; } = [];

    /// <summary>Of these, what it said itself that it runs, when another had it already: if that one gives it back, it is this one's.</summary>
    internal HashSet<RequestKey> Claims { get; } = [];

    /// <summary>When its grace time is over, by the core's own time; only while it is disconnected.</summary>
    internal TimeSpan GraceEnd { get; set; }

    internal TokenBucket? Rate { get; set; }

    /// <summary>No work before this, by the core's own time.</summary>
    internal TimeSpan BackOffEnd { get; set; }

    /// <summary>Its work has changed in a way that it may be given more since it was last looked at.</summary>
    internal long LookedAt { get; set; } = -1;

    /// <summary>Its greeting is not over: what it ran is set aside.</summary>
    internal bool IsReclaiming { get; set; }

    internal WorkCounts RunningCounts;
    internal WorkCounts DoneCounts;

    /// <summary>What it runs, linked through the store, oldest first.</summary>
    internal SlotList RunningList = new();

    /// <summary>Whether it takes requests of this archive id.</summary>
    internal bool Serves(uint archiveId) => ArchiveFilter.Length == 0 || ArchiveFilter.Contains(archiveId);
}
