using Microsoft.Extensions.Logging;
using Weir.Server.Configuration;

namespace Weir.Server.Hosting;

/// <summary>What a daemon is started with.</summary>
public sealed record DaemonOptions
{
    /// <summary>Reads the configuration; called at the start and for every reload.</summary>
    public required Func<EffectiveConfiguration> LoadConfiguration { get; init; }

    public required ILoggerFactory Loggers { get; init; }

    /// <summary>Lets a configuration's section <c>log</c> take effect.</summary>
    public required Action<WeirOptions> ApplyLog { get; init; }

    /// <summary>The roles that the command line names; null: as configured.</summary>
    public IReadOnlyList<string>? Roles { get; init; }

    /// <summary>Of this program.</summary>
    public required string Version { get; init; }

    /// <summary>Reads a variable of the environment.</summary>
    public Func<string, string?> ReadVariable { get; init; } = Environment.GetEnvironmentVariable;

    public SupervisorOptions Supervision { get; init; } = new();
}
