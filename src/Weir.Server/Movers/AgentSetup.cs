using Microsoft.Extensions.Logging;
using Weir.Coordinator.Movers;
using Weir.Lustre.Llapi;
using Weir.Server.Configuration;

namespace Weir.Server.Movers;

/// <summary>What an agent is made of.</summary>
public sealed record AgentSetup
{
    public required WeirOptions Options { get; init; }

    public required IHsmFileSystem FileSystem { get; init; }

    public required string FsName { get; init; }

    public required IActionMover Mover { get; init; }

    /// <summary>With which it registers with the MDTs; null where there are none, as in the lab.</summary>
    public LlapiLibrary? Library { get; init; }

    public required ILoggerFactory Loggers { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>Of this program.</summary>
    public required string Version { get; init; }

    public Func<string, string?> ReadVariable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>Is told of every end, one at a time.</summary>
    public Action<ActionReport>? Report { get; init; }

    /// <summary>End when nothing has come, and nothing was at work, for this long; null: when told to.</summary>
    public TimeSpan? IdleLimit { get; init; }
}
