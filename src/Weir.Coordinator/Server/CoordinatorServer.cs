using System.Net;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Weir.Coordinator.Core;
using Weir.Coordinator.Journal;
using Weir.Coordinator.Requests;

namespace Weir.Coordinator.Server;

/// <summary>
/// The coordinator on the network: it serves agents and clients, keeps what it acknowledges in the feed, and does what the core decides.
/// One is made for a core that was read from the feed, and lives once.
/// </summary>
public sealed class CoordinatorServer : IAsyncDisposable
{
    private static readonly TimeSpan FarewellTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Durable turns whose effects are not done; with as many, no more are written.</summary>
    private const int MaxTurnsToDo = 4;

    private readonly CancellationTokenSource _stopAccepting = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ServerState _state;
    private readonly CoreLoop _loop;
    private readonly ConnectionSet _connections;
    private readonly List<PeerListener> _listeners = [];
    private readonly EffectRunner _effects;
    private readonly ITimer? _sweep;
    private readonly bool _ownsMetrics;
    private readonly Task _work;
    private readonly Task _finding = Task.CompletedTask;
    private readonly Task[] _accepting;
    private readonly TaskCompletionSource _quit = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Listens and serves from here on.</summary>
    /// <param name="coordinator">Nobody else may call it from now on.</param>
    /// <param name="options">Who may come in, and how.</param>
    /// <param name="logger">For what it says.</param>
    /// <param name="time">The clock.</param>
    /// <param name="lustre">The way to the MDTs; null: requests come by <c>queue</c> only, and nobody is told of those that end here.</param>
    /// <param name="metrics">What is measured; null: nobody looks.</param>
    /// <param name="owners">Whose files are; null: nobody's, and classes that share by owners have one share.</param>
    /// <exception cref="IOException">It cannot listen at one of the places.</exception>
    public CoordinatorServer(
        JournaledCoordinator coordinator, CoordinatorServerOptions options, ILogger logger, TimeProvider time, ILustreLink? lustre = null, CoordinatorMetrics? metrics = null,
        IOwnerLookup? owners = null)
    {
        ArgumentNullException.ThrowIfNull(coordinator);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        _ownsMetrics = metrics is null;
        _state = new(options, logger, time, metrics ?? new());
        _loop = new(coordinator, _state);
        _connections = new(options);
        _state.Metrics.CountConnections(() => _connections.Count);
        ReportFiles? reports = null;
        if (options.ReportDirectory is { } directory && coordinator.Core.Options.Reporting is { } reporting)
        {
            reports = new(directory, reporting.Interval, _state);
            _sweep = time.CreateTimer(static files => ((ReportFiles)files!).Sweep(), reports, reports.SweepInterval, reports.SweepInterval);
        }

        _effects = new(lustre, reports, _state);
        try
        {
            foreach (ListenerOptions listener in options.Listeners) _listeners.Add(new(listener, _state, _connections, _loop));
        }
        catch
        {
            foreach (PeerListener listener in _listeners) listener.Dispose();
            _loop.Dispose();
            throw;
        }

        if (owners is not null && coordinator.Core.NeedsOwners)
        {
            var finder = new OwnerFinder(owners, _loop);
            coordinator.Core.OwnersWanted = finder.Wake;
            _finding = finder.RunAsync(_stopping.Token);
        }

        _work = WorkAsync(coordinator);
        _accepting = [.. _listeners.Select(listener => listener.RunAsync(_stopAccepting.Token, _stopping.Token))];
    }

    /// <summary>Where it listens.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints => [.. _listeners.Select(listener => listener.EndPoint)];

    /// <summary>Completes when a lock-and-quit has been carried out, or with the exception that ended the server's work.</summary>
    public Task Completion => _quit.Task;

    public CoordinatorMetrics Metrics => _state.Metrics;

    /// <summary>The file system has told its own name; agents are given that from now on.</summary>
    public void UseFsName(string fsName) => _state.FsName = fsName;

    /// <summary>Takes requests in that come from elsewhere than a connection; completes when they are durable.</summary>
    public Task QueueAsync(IReadOnlyList<HsmRequest> requests, RequestOrigin origin) => CallAsync(core =>
    {
        foreach (HsmRequest request in requests) core.Queue(request, origin);
    });

    /// <summary>A user has cancelled a request; completes when that is durable.</summary>
    public Task CancelAsync(RequestKey key) => CallAsync(core => core.Cancel(key));

    /// <summary>Calls the core between messages; completes when what came of it is durable.</summary>
    public Task CallAsync(Action<CoordinatorCore> call)
    {
        var acknowledged = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _loop.Post(core =>
        {
            call(core);
            core.AddReply(null, acknowledged);
        });
        return Task.WhenAny(acknowledged.Task, _quit.Task).Unwrap();
    }

    /// <summary>Stops listening, does what has come in, sends what is to be sent, and closes every connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopAccepting.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_accepting).ConfigureAwait(false);
        foreach (PeerListener listener in _listeners) listener.Dispose();
        _loop.Stop();
        try
        {
            await _work.ConfigureAwait(false);
        }
        catch (Exception) when (_quit.Task.IsFaulted)
        {
            // Told by Completion.
        }

        foreach (Connection connection in _connections.Connections) connection.Complete();
        using (var farewell = new CancellationTokenSource(FarewellTimeout, _state.Time))
            await Task.WhenAny(_connections.WhenEmptyAsync(), Task.Delay(Timeout.Infinite, farewell.Token)).ConfigureAwait(false);
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _connections.WhenEmptyAsync().ConfigureAwait(false);
        await _finding.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _quit.TrySetResult();
        if (_sweep is not null) await _sweep.DisposeAsync().ConfigureAwait(false);
        _loop.Dispose();
        if (_ownsMetrics) _state.Metrics.Dispose();
        _stopAccepting.Dispose();
        _stopping.Dispose();
    }

    private async Task WorkAsync(JournaledCoordinator coordinator)
    {
        var durable = Channel.CreateBounded<Turn>(MaxTurnsToDo);
        var writer = new TurnWriter(coordinator, _loop, _state);
        Task core = _loop.RunAsync();
        Task writing = writer.RunAsync(durable.Writer, _stopping.Token);
        Task effects = _effects.RunAsync(durable.Reader, _loop, () => _quit.TrySetResult());
        Task first = await Task.WhenAny(core, writing, effects).ConfigureAwait(false);
        try
        {
            if (!first.IsCompletedSuccessfully) _loop.Abort();
            await first.ConfigureAwait(false);
            await Task.WhenAll(core, writing, effects).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _quit.TrySetException(exception);
            _loop.Abort();
            throw;
        }
    }
}
