using Weir.Server.Configuration.Sections;

namespace Weir.Server.Configuration;

/// <summary>The whole configuration, one section per room.</summary>
public sealed class WeirOptions
{
    public FeedOptions Feed { get; } = new();

    public HsmOptions Hsm { get; } = new();

    public ChangelogsOptions Changelogs { get; } = new();

    public CoordinatorSection Coordinator { get; } = new();

    public AgentSection Agent { get; } = new();

    public EventsOptions Events { get; } = new();

    public HealthOptions Health { get; } = new();

    public ServeOptions Serve { get; } = new();

    public LogOptions Log { get; } = new();

    public ApiOptions Api { get; } = new();

    public AuthOptions Auth { get; } = new();

    public FeedsOptions Feeds { get; } = new();

    public RetentionSection Retention { get; } = new();

    public TelemetryOptions Telemetry { get; } = new();
}
