using Microsoft.Extensions.Logging;
using Weir.Coordinator.Importing;
using Weir.Coordinator.Journal;
using Weir.Coordinator.Server;
using Weir.Feed;
using Weir.Hsm.Shipping;
using Weir.Server.Configuration.Sections;

namespace Weir.Server.Coordinator;

/// <summary>A coordinator as the configuration wants it, from reading its journal to stopping.</summary>
public sealed class RunningCoordinator : IAsyncDisposable
{
    private RunningCoordinator(CoordinatorServer server) => Server = server;

    public CoordinatorServer Server { get; }

    /// <summary>Reads the journal, listens, and takes in what is left over at the MDTs.</summary>
    /// <exception cref="IOException">The feed or a file cannot be used, or it cannot listen; the message says which.</exception>
    public static async Task<RunningCoordinator> StartAsync(
        CoordinatorSection section, IFeedEngine feed, ILogger logger, TimeProvider time, CancellationToken cancellationToken, CoordinatorMetrics? metrics = null)
    {
        ArgumentNullException.ThrowIfNull(section);
        CoordinatorServerOptions options = CoordinatorComposition.ComposeServer(section);
        JournaledCoordinator coordinator = await JournaledCoordinator.OpenAsync(
            feed, CoordinatorComposition.ComposeCore(section), time, logger, cancellationToken: cancellationToken).ConfigureAwait(false);
        var server = new CoordinatorServer(coordinator, options, logger, time, metrics: metrics);
        try
        {
            foreach (string path in ActionGlob.Expand(section.Leftovers, new List<string>()))
                await Leftovers.TakeInAsync(server, path, logger, cancellationToken).ConfigureAwait(false);
            return new(server);
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
