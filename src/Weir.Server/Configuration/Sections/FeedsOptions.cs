using Weir.Server.Feeds.Sockets;

namespace Weir.Server.Configuration.Sections;

/// <summary>Section <c>feeds</c>: serving the feed to programs.</summary>
public sealed class FeedsOptions
{
    private const string Section = "feeds";

    /// <summary>The UNIX socket.</summary>
    public string Socket { get; set; } = SocketFile.DefaultPath(Environment.IsPrivilegedProcess, Environment.GetEnvironmentVariable);

    /// <summary>Its members see all of the feed by the socket.</summary>
    public string? Group { get; set; }

    /// <summary>Clients of the socket at once.</summary>
    public int MaxConnections { get; set; } = 8192;

    /// <summary>Clients of the socket at once of one user who does not see everything.</summary>
    public int MaxConnectionsPerUser { get; set; } = 64;

    /// <summary>A client that takes nothing for this long is cut off.</summary>
    public TimeSpan StallTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The section's keys.</summary>
    public static IReadOnlyList<ConfigurationKey> Keys { get; } =
    [
        ConfigurationKey.FilePath(Section, "socket", "The UNIX socket that local programs read the feed from (docs/feed-socket.md).", (options, path) => options.Feeds.Socket = path, options => options.Feeds.Socket),
        ConfigurationKey.Scalar(
            Section, "group", "Members of this group see all of the feed by the socket (unset: root and the daemon's own user only); others see records with their own uid.",
            (options, text) =>
            {
                if (text.Length == 0) return "a group's name cannot be empty";
                options.Feeds.Group = text;
                return null;
            },
            options => options.Feeds.Group),
        ConfigurationKey.Number(
            Section, "max_connections", "Clients of the socket at once; further ones are told so and refused.", 1, 1_000_000,
            (options, number) => options.Feeds.MaxConnections = (int)number, options => options.Feeds.MaxConnections),
        ConfigurationKey.Number(
            Section, "max_connections_per_user", "The same for each user who does not see everything.", 1, 1_000_000,
            (options, number) => options.Feeds.MaxConnectionsPerUser = (int)number, options => options.Feeds.MaxConnectionsPerUser),
        ConfigurationKey.Time(
            Section, "stall_timeout", "A client that takes nothing of what is sent for this long is cut off; a registered consumer loses nothing by that.", TimeSpan.FromSeconds(1), TimeSpan.FromDays(1),
            (options, value) => options.Feeds.StallTimeout = value, options => options.Feeds.StallTimeout),
    ];
}
