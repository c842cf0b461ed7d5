using Microsoft.Extensions.Logging;
using Weir.Server.Configuration.Sections;
using Weir.Server.Feeds.Sockets;
using Weir.Server.Hosting;

namespace Weir.Server.Roles;

/// <summary>Serves the feed to programs on this machine.</summary>
internal sealed class FeedsRole(RoleContext context) : IRole
{
    public string Name => RoleNames.Feeds;

    public async Task RunAsync(IRoleReport report, CancellationToken stopping)
    {
        FeedsOptions feeds = context.Options.Feeds;
        ILogger logger = context.Loggers.CreateLogger("Weir.Server.Feeds");
        var options = new SocketOptions
        {
            Path = feeds.Socket,
            Group = feeds.Group,
            MaxConnections = feeds.MaxConnections,
            MaxConnectionsPerUser = feeds.MaxConnectionsPerUser,
            StallTimeout = feeds.StallTimeout,
            Time = context.Time,
        };
        var server = new SocketServer(options, context.Consumers, logger);
        await using (server.ConfigureAwait(false))
        {
            ServerLog.SocketServed(logger, feeds.Socket);
            report.Running();
            await server.RunAsync(stopping).ConfigureAwait(false);
        }
    }
}
