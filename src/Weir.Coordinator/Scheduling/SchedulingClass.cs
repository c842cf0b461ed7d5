using Weir.Lustre;

namespace Weir.Coordinator.Scheduling;

/// <summary>By what requests of a class share the agents.</summary>
public enum FairBy : byte
{
    /// <summary>In the order of their coming.</summary>
    None,
    Uid,
    Gid,
    Project,

    /// <summary>By the value of the hint <see cref="SchedulingClass.FairTag"/> in the data.</summary>
    Tag,
}

/// <summary>A priority class: which requests are of it, and how they are treated among each other.</summary>
public sealed record SchedulingClass
{
    /// <summary>Requests in the order of their coming, as the original does.</summary>
    public static SchedulingClass Default { get; } = new() { Name = "default" };

    /// <summary>For status and metrics.</summary>
    public required string Name { get; init; }

    /// <summary>Only these kinds of work; empty for all.</summary>
    public IReadOnlyList<HsmAction> Actions { get; init; } = [];

    /// <summary>Only requests with (true) or without (false) HSM_REQ_BLOCKING, on which a user waits; null for both.</summary>
    public bool? Blocking { get; init; }

    /// <summary>Only these archive ids; empty for all.</summary>
    public IReadOnlyList<uint> ArchiveIds { get; init; } = [];

    /// <summary>Only requests whose data contains this; null for all.</summary>
    public string? DataContains { get; init; }

    /// <summary>Weighted fair queueing by this, within one archive id.</summary>
    public FairBy FairBy { get; init; }

    /// <summary>The hint for <see cref="FairBy.Tag"/>, without <c>=</c>.</summary>
    public string FairTag { get; init; } = "tag";

    /// <summary>Shares by uid, gid or project number, or by the tag's value; 1 for who is not named, 1000 at most.</summary>
    public IReadOnlyDictionary<string, int> Weights { get; init; } = new Dictionary<string, int>();

    /// <summary>Whether a request that comes back from an agent is queued by the time it was made, and not behind all others.</summary>
    public bool RequeueByTime { get; init; }

    /// <summary>A request that has been with its agent for so long is reported as stuck, once; null for never.</summary>
    public TimeSpan? StuckAfter { get; init; }

    internal bool IsValid => Name.Length > 0 && Weights.Values.All(weight => weight is >= 1 and <= 1000)
        && (FairBy != FairBy.Tag || FairTag.Length > 0) && StuckAfter is null or { Ticks: > 0 };
}
