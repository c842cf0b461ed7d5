using Microsoft.Extensions.Logging;
using Weir.Coordinator.Agents;
using Weir.Coordinator.Movers;
using Weir.Coordinator.Movers.Lustre;
using Weir.Coordinator.Requests;
using Weir.Lustre.Llapi;
using Weir.Server.Configuration.Sections;
using Weir.Server.Hosting;

namespace Weir.Server.Movers;

/// <summary>An agent from its start to its end: where its work comes from, its mover, its metrics.</summary>
public sealed class RunningAgent : IAgentWork, IDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan TellTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    private readonly AgentSetup _setup;
    private readonly ILogger _logger;
    private readonly MoverMetrics _metrics = new();
    private readonly Mover _mover;
    private readonly CoordinatorAgent? _agent;
    private readonly Lock _reporting = new();
    private long _lastActivity;
    private volatile bool _isRegistered;
    private bool _isUnheard;
    private long _failed;

    public RunningAgent(AgentSetup setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        AgentSection section = setup.Options.Agent;
        _setup = setup;
        _logger = setup.Loggers.CreateLogger("Weir.Coordinator.Movers");
        _mover = new(setup.FileSystem, setup.Mover, AgentComposition.ComposeMover(section), _logger, setup.Time, _metrics) { Ended = Report };
        if (!section.IsRegistered) _agent = new(AgentComposition.ComposeAgent(section, setup.Options.Coordinator, setup.FsName) with { Time = setup.Time }, this, _logger);
        _lastActivity = setup.Time.GetTimestamp();
    }

    /// <summary>Whether work can come.</summary>
    public bool IsReady => _agent is null ? _isRegistered : _agent.IsConnected;

    /// <summary>Actions that ended with an error, cancels not among them.</summary>
    public long FailedCount => Interlocked.Read(ref _failed);

    /// <summary>Serves until it is told to stop, or nothing comes any more and it is to end then.</summary>
    /// <exception cref="IOException">It will not be served, or its metrics cannot be.</exception>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var ending = new CancellationTokenSource();
        using var notifier = new SystemdNotifier(_setup.ReadVariable, _logger);
        await using AgentHttp? http = await AgentHttp.StartAsync(_setup, () => IsReady, stopping).ConfigureAwait(false);
        Task serving = ServeAsync(ending.Token);
        notifier.Ready($"agent '{_setup.Options.Agent.Id}' for {_setup.FileSystem.MountPoint}");
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await Task.WhenAny(serving, WaitForIdleAsync(waiting.Token)).ConfigureAwait(false);
        await waiting.CancelAsync().ConfigureAwait(false);
        notifier.Stopping("stopping");
        bool isStopped = await Task.Run(() => _mover.Stop(StopTimeout), CancellationToken.None).ConfigureAwait(false);
        if (!isStopped) AgentLog.NotStopped(_logger);
        await TellEndsAsync(serving).ConfigureAwait(false);
        await ending.CancelAsync().ConfigureAwait(false);
        try
        {
            await serving.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // As it was told.
        }
    }

    /// <inheritdoc/>
    public void Start(in HsmRequest request)
    {
        Volatile.Write(ref _lastActivity, _setup.Time.GetTimestamp());
        _mover.Start(request);
    }

    /// <inheritdoc/>
    public void Cancel(in RequestKey key) => _mover.Cancel(key);

    public void Dispose()
    {
        _mover.Dispose();
        _metrics.Dispose();
    }

    private Task ServeAsync(CancellationToken cancellationToken)
    {
        if (_agent is not null) return _agent.RunAsync(cancellationToken);
        var options = new LustreAgentOptions { MountPoint = _setup.FileSystem.MountPoint, ArchiveIds = _setup.Options.Agent.ArchiveIds };
        var work = new RegisteredWork(this, _logger) { StateChanged = isRegistered => _isRegistered = isRegistered };
        return new LustreAgent(_setup.Library!, options, work, _setup.Time).RunAsync(cancellationToken);
    }

    private async Task WaitForIdleAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await Task.Delay(_setup.IdleLimit is null ? Timeout.InfiniteTimeSpan : LookInterval, _setup.Time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!IsReady || _mover.Count > 0 || _agent?.UnconfirmedCount > 0) Volatile.Write(ref _lastActivity, _setup.Time.GetTimestamp());
            else if (_setup.IdleLimit is { } limit && _setup.Time.GetElapsedTime(Volatile.Read(ref _lastActivity)) >= limit) return;
        }
    }

    /// <summary>What has ended is told before the connection is closed, if the coordinator is there.</summary>
    private async Task TellEndsAsync(Task serving)
    {
        long start = _setup.Time.GetTimestamp();
        while (_agent is { IsConnected: true, UnconfirmedCount: > 0 } && !serving.IsCompleted && _setup.Time.GetElapsedTime(start) < TellTimeout)
            await Task.Delay(LookInterval, _setup.Time).ConfigureAwait(false);
    }

    private void Report(ActionReport report)
    {
        Volatile.Write(ref _lastActivity, _setup.Time.GetTimestamp());
        if (report.Errno is not (0 or MoverErrno.Cancelled)) Interlocked.Increment(ref _failed);
        _agent?.Done(report.Request.Key, report.Errno);
        lock (_reporting) Print(report);
    }

    /// <summary>Whoever reads along may go away; the work goes on.</summary>
    private void Print(ActionReport report)
    {
        if (_isUnheard) return;
        try
        {
            _setup.Report?.Invoke(report);
        }
        catch (IOException exception)
        {
            _isUnheard = true;
            AgentLog.NobodyReads(_logger, exception.Message);
        }
    }
}
