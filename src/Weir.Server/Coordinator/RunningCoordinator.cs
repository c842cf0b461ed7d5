using Microsoft.Extensions.Logging;
using Weir.Coordinator.Core;
using Weir.Coordinator.Importing;
using Weir.Coordinator.Journal;
using Weir.Coordinator.Server;
using Weir.Feed;
using Weir.Hsm.Shipping;
using Weir.Lustre.Llapi;
using Weir.Server.Configuration.Sections;

namespace Weir.Server.Coordinator;

/// <summary>A coordinator as the configuration wants it, from reading its journal to stopping.</summary>
public sealed class RunningCoordinator : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _link;
    private readonly Task _rehearsing;

    private RunningCoordinator(CoordinatorServer server, MdtLink? link, CoordinatorOptions rules, TimeProvider time)
    {
        Server = server;
        _rehearsing = Rehearsal.PlayAsync(rules, time, _stopping.Token);
        _link = link?.RunAsync(server, _stopping.Token) ?? Task.CompletedTask;
    }

    public CoordinatorServer Server { get; }

    /// <summary>Reads the journal, listens, and takes in what is left over at the MDTs.</summary>
    /// <exception cref="IOException">The feed or a file cannot be used, or it cannot listen; the message says which.</exception>
    public static async Task<RunningCoordinator> StartAsync(
        CoordinatorSection section, IFeedEngine feed, ILogger logger, TimeProvider time, CancellationToken cancellationToken, CoordinatorMetrics? metrics = null)
    {
        ArgumentNullException.ThrowIfNull(section);
        CoordinatorServerOptions options = CoordinatorComposition.ComposeServer(section);
        CoordinatorOptions rules = CoordinatorComposition.ComposeCore(section);
        JournaledCoordinator coordinator = await JournaledCoordinator.OpenAsync(feed, rules, time, logger, cancellationToken: cancellationToken).ConfigureAwait(false);
        await CoordinatoolTakeover.RunAsync(section, feed, coordinator, logger, time, cancellationToken).ConfigureAwait(false);
        MdtLink? link = section.MountPoint is { } mountPoint ? MakeLink(mountPoint, section, logger, time) : null;
        var server = new CoordinatorServer(coordinator, options, logger, time, link, metrics, CoordinatorComposition.ComposeOwners(section, time));
        try
        {
            foreach (string path in ActionGlob.Expand(section.Leftovers, new List<string>()))
                await Leftovers.TakeInAsync(server, path, logger, cancellationToken).ConfigureAwait(false);
            return new(server, link, rules, time);
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Lets the MDTs keep their requests, then does what has come in.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _link.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _rehearsing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Server.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private static MdtLink MakeLink(string mountPoint, CoordinatorSection section, ILogger logger, TimeProvider time)
    {
        try
        {
            return new(LlapiLibrary.Load(), new() { MountPoint = mountPoint, ArchiveIds = [.. section.ArchiveIds.Select(id => (int)id)] }, logger, time);
        }
        catch (LlapiException exception)
        {
            throw new IOException(exception.Message, exception);
        }
    }
}
