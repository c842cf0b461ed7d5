using Microsoft.Extensions.Logging;
using Weir.Feed;
using Weir.Feed.Consuming;
using Weir.Server.Configuration;
using Weir.Server.Health;
using Weir.Server.Hosting;
using Weir.Server.Metrics;

namespace Weir.Server.Roles;

/// <summary>What roles are made of.</summary>
/// <param name="Options">The configuration.</param>
/// <param name="Feed">The feed, shared by all roles of the process.</param>
/// <param name="Consumers">Its consumers, and what their readers share.</param>
/// <param name="Loggers">For what they say.</param>
/// <param name="Time">The clock.</param>
/// <param name="Roles">All roles, for the one that tells how they are.</param>
/// <param name="Metrics">What was measured.</param>
/// <param name="Topics">What the topics hold.</param>
/// <param name="Version">Of this program.</param>
public sealed record RoleContext(
    WeirOptions Options, IFeedEngine Feed, ConsumerRegistry Consumers, ILoggerFactory Loggers, TimeProvider Time, RoleHost Roles, MetricsRegistry Metrics, TopicMetrics Topics, string Version)
{
    /// <summary>How far behind the consumers are.</summary>
    public required ConsumerMetrics ConsumerMetrics { get; init; }

    /// <summary>Where the health system is, told by the role that runs it.</summary>
    public HealthDoor Health { get; init; } = new();

    /// <summary>That the daemon was told to read its configuration again, for roles that have files of their own.</summary>
    public ReloadSignal Reloads { get; init; } = new();

    /// <summary>Where the daemon is served, told by the roles that serve it.</summary>
    public ServedAddresses Served { get; init; } = new();
}

/// <summary>Where the daemon is served.</summary>
public sealed class ServedAddresses
{
    private volatile IReadOnlyList<string> _http = [];

    /// <summary>By HTTP, as <c>http://127.0.0.1:9400</c>; none when it is not.</summary>
    public IReadOnlyList<string> Http
    {
        get => _http;
        set => _http = value;
    }
}
