using Microsoft.Extensions.Logging;
using Weir.Feed;
using Weir.Server.Configuration;
using Weir.Server.Roles;

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

    /// <summary>Opens the feed, for a laboratory whose feed has a clock of its own; null: as configured. It is disposed with the daemon.</summary>
    public Func<WeirOptions, IFeedEngine>? OpenFeed { get; init; }

    /// <summary>Roles of the program that runs the daemon. They start behind the daemon's own, and stop before them.</summary>
    public IReadOnlyList<GuestRole> Guests { get; init; } = [];
}

/// <summary>A role of the program that runs the daemon.</summary>
/// <param name="Name">Its name, which is none of <see cref="RoleNames"/>.</param>
/// <param name="Create">Makes it anew for each run.</param>
public sealed record GuestRole(string Name, Func<RoleContext, IRole> Create);
