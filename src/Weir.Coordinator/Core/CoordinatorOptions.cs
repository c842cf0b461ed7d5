using Weir.Coordinator.Scheduling;

namespace Weir.Coordinator.Core;

/// <summary>How the coordinator works. What goes beyond the original is off unless it is configured.</summary>
public sealed record CoordinatorOptions
{
    public static CoordinatorOptions Default { get; } = new();

    /// <summary>How long a disconnected agent's work waits for it to come back (<c>client_grace_ms</c>).</summary>
    public TimeSpan ClientGrace { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Which agents archives with a tag go to (<c>archive_on_hosts</c>, <c>archive_on_hosts_ch</c>), in the order of the file; the last is tried first.</summary>
    public IReadOnlyList<HostMapping> HostMappings { get; init; } = [];

    /// <summary>Archives with equal data one after another on one agent; null for off.</summary>
    public BatchOptions? Batches { get; init; }

    /// <summary>Files that tell of requests with a certain hint; null for none.</summary>
    public ReportingOptions? Reporting { get; init; }

    /// <summary>Priority classes within a kind of work, highest first; a request is of the first that it matches, else of one below all of them.</summary>
    public IReadOnlyList<SchedulingClass> Classes { get; init; } = [];

    /// <summary>How requests are treated that are of no class.</summary>
    public SchedulingClass DefaultClass { get; init; } = SchedulingClass.Default;

    /// <summary>Most requests handed out per archive id and time.</summary>
    public IReadOnlyDictionary<uint, RateLimit> ArchiveRates { get; init; } = new Dictionary<uint, RateLimit>();

    /// <summary>Most requests handed out per agent (by id) and time.</summary>
    public IReadOnlyDictionary<string, RateLimit> AgentRates { get; init; } = new Dictionary<string, RateLimit>();

    /// <summary>The rate of agents that <see cref="AgentRates"/> does not name; null for none.</summary>
    public RateLimit? AgentRate { get; init; }

    /// <summary>How long an agent that left work unfinished waits for more; null for not at all.</summary>
    public BackOffOptions? BackOff { get; init; }

    /// <summary>Which of several hosts of a mapping comes first is drawn from this seed.</summary>
    public int Seed { get; init; } = Environment.ProcessId;

    /// <summary>Most requests, queued and running together.</summary>
    public int MaxRequests { get; init; } = 10_000_000;

    /// <summary>Longest data of a request, in bytes.</summary>
    public int MaxDataBytes { get; init; } = 64 * 1024;

    /// <summary>Most agents, connected and within their grace time.</summary>
    public int MaxAgents { get; init; } = 4096;

    /// <summary>Most requests that one agent may run, whatever it asks for.</summary>
    public int MaxRunningPerAgent { get; init; } = 1_000_000;

    /// <summary>
    /// How far ahead of a fair share that waits with other flags one may be served, in requests of weight 1: a list has one set of flags, so the other
    /// share has to wait for a list of its own.
    /// </summary>
    public int MaxLead { get; init; } = 256;

    /// <summary>Most combinations of archive id and flags that requests of one kind may wait with: a decision looks at each.</summary>
    public int MaxLanes { get; init; } = 4096;

    /// <exception cref="ArgumentException">A value is out of its range; the message names it.</exception>
    public void Validate()
    {
        Require(ClientGrace >= TimeSpan.Zero, nameof(ClientGrace), "0 or more");
        Require(MaxRequests is >= 1 and <= 1 << 28, nameof(MaxRequests), "1 to 2^28");
        Require(MaxDataBytes is >= 0 and <= 1 << 20, nameof(MaxDataBytes), "0 to 1 MiB");
        Require(MaxAgents is >= 1 and <= 1 << 20, nameof(MaxAgents), "1 to 2^20");
        Require(MaxRunningPerAgent >= 1, nameof(MaxRunningPerAgent), "1 or more");
        Require(MaxLanes is >= 1 and <= 1 << 20, nameof(MaxLanes), "1 to 2^20");
        Require(MaxLead is >= 1 and <= 1 << 20, nameof(MaxLead), "1 to 2^20");
        Require(Classes.Count <= 64, nameof(Classes), "at most 64");
        Require(HostMappings.All(mapping => mapping.IsValid), nameof(HostMappings), "each with a tag and at least one host; a consistent one's tag ends in '='");
        Require(Classes.Append(DefaultClass).All(c => c.IsValid), nameof(Classes), "each with a name, weights of 1 to 1000 and a tag where shares go by tag");
        Require(ArchiveRates.Values.Concat(AgentRates.Values).Append(AgentRate ?? RateLimit.One).All(r => r.IsValid), nameof(ArchiveRates), "rates above 0 and bursts of 1 or more");
        Require(Batches is null or { IsValid: true }, nameof(Batches), "idle above 0, max 0 or more, slots 1 to 1000");
        Require(BackOff is null or { IsValid: true }, nameof(BackOff), "first above 0 and not above most");
        Require(Reporting is null or { IsValid: true }, nameof(Reporting), "a hint of letters and digits, an interval above 0");
    }

    private static void Require(bool holds, string name, string range)
    {
        if (!holds) throw new ArgumentException($"{name} is out of range: it must be {range}.");
    }
}
