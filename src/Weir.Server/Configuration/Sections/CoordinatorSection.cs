using Weir.Coordinator.Core;
using Weir.Coordinator.Scheduling;

namespace Weir.Server.Configuration.Sections;

/// <summary>Section <c>coordinator</c>: the HSM coordinator.</summary>
public sealed class CoordinatorSection
{
    /// <summary>Where plain TCP is spoken, as <c>HOST:PORT</c>.</summary>
    public IReadOnlyList<string> Listen { get; set; } = ["127.0.0.1:5123"];

    /// <summary>Where TLS is spoken, as <c>HOST:PORT</c>.</summary>
    public IReadOnlyList<string> ListenTls { get; set; } = [];

    /// <summary>Whether anybody who reaches a plain address may come in.</summary>
    public bool PlainTcp { get; set; }

    public string? TlsCertificate { get; set; }

    public string? TlsKey { get; set; }

    /// <summary>Who signs clients' certificates.</summary>
    public string? TlsClientCa { get; set; }

    /// <summary>Who may connect, and what they may do.</summary>
    public string? AgentsFile { get; set; }

    public string FsName { get; set; } = "lustre";

    /// <summary>Archive ids that the coordinator registers with Lustre for; empty: all.</summary>
    public IReadOnlyList<uint> ArchiveIds { get; set; } = [];

    /// <summary>Where the file system is mounted; null: requests come by <c>queue</c> only.</summary>
    public string? MountPoint { get; set; }

    /// <summary>Where the file system is mounted to look up owners of files; null: <see cref="MountPoint"/>.</summary>
    public string? OwnersMountPoint { get; set; }

    public TimeSpan ClientGrace { get; set; } = TimeSpan.FromMinutes(10);

    public IReadOnlyList<HostMapping> HostMappings { get; set; } = [];

    /// <summary>Null: archives are not batched.</summary>
    public TimeSpan? BatchIdle { get; set; }

    public TimeSpan BatchMax { get; set; }

    public int BatchSlots { get; set; } = 1;

    /// <summary>Below the mount point.</summary>
    public string? ReportingDirectory { get; set; }

    public string? ReportingHint { get; set; }

    public TimeSpan ReportingInterval { get; set; } = TimeSpan.FromMinutes(1);

    public IReadOnlyList<SchedulingClass> Classes { get; set; } = [];

    /// <summary>How requests are treated that are of no class.</summary>
    public SchedulingClass DefaultClass { get; set; } = SchedulingClass.Default;

    public IReadOnlyDictionary<uint, RateLimit> ArchiveRates { get; set; } = new Dictionary<uint, RateLimit>();

    public IReadOnlyDictionary<string, RateLimit> AgentRates { get; set; } = new Dictionary<string, RateLimit>();

    /// <summary>Of agents that are not named.</summary>
    public RateLimit? AgentRate { get; set; }

    public BackOffOptions? BackOff { get; set; }

    /// <summary>Files of requests that an MDT counts as active, taken in at the start.</summary>
    public IReadOnlyList<string> Leftovers { get; set; } = [];

    /// <summary>The Redis server with the requests of an existing deployment of the original, a host or a URL; null or empty: none.</summary>
    public string? RedisHost { get; set; }

    public int RedisPort { get; set; } = 6379;

    /// <summary>Nobody named the server: the original would look there. That it is not there is no failure.</summary>
    public bool IsRedisAssumed { get; set; }

    /// <summary>Take over what Redis has although that was done before.</summary>
    public bool ImportsAgain { get; set; }

    public int MaxRequests { get; set; } = CoordinatorOptions.Default.MaxRequests;

    public int MaxAgents { get; set; } = CoordinatorOptions.Default.MaxAgents;

    public int MaxConnections { get; set; } = 4096;
}
