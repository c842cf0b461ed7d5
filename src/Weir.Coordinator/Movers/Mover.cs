using Microsoft.Extensions.Logging;
using Weir.Coordinator.Agents;
using Weir.Coordinator.Requests;
using Weir.Lustre;

namespace Weir.Coordinator.Movers;

/// <summary>
/// Carries requests out: begins each with the MDT, lets an <see cref="IActionMover"/> do it, again where that may help, and ends it once. Where
/// requests come from and who hears of the ends is another's business.
/// </summary>
/// <example>
/// <code>
/// using var mover = new Mover(fileSystem, new PosixMover(…), options, logger, TimeProvider.System);
/// var agent = new CoordinatorAgent(agentOptions, mover, logger);
/// mover.Ended = report => agent.Done(report.Request.Key, report.Errno);
/// await agent.RunAsync(stopping);
/// mover.Stop(TimeSpan.FromSeconds(30));
/// </code>
/// </example>
public sealed class Mover : IAgentWork, IDisposable
{
    private readonly IHsmFileSystem _fileSystem;
    private readonly IActionMover _mover;
    private readonly MoverOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly MoverMetrics? _metrics;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _room;
    private readonly JobTable _jobs = new();
    private readonly Lane[] _lanes;
    private readonly Dictionary<HsmAction, Bandwidth> _bandwidths;

    public Mover(IHsmFileSystem fileSystem, IActionMover mover, MoverOptions options, ILogger logger, TimeProvider time, MoverMetrics? metrics = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_fileSystem, _mover, _options, _logger, _time, _metrics) = (fileSystem, mover, options, logger, time, metrics);
        HsmAction[] actions = [HsmAction.Archive, HsmAction.Restore, HsmAction.Remove];
        _room = new(options.MaxWaiting);
        _lanes = [.. actions.Select(action => new Lane(action, options.SlotsOf(action), Run))];
        _bandwidths = actions.ToDictionary(action => action, action => new Bandwidth(options.BandwidthOf(action), time));
        metrics?.Watch(() => _lanes.Select(lane => (lane.Action, lane.Running, lane.Waiting)));
    }

    /// <summary>Is told of every end, from the thread that came to it. Not told of what is abandoned when the agent stops.</summary>
    public Action<ActionReport>? Ended { get; set; }

    /// <summary>Requests that are here, at work or waiting.</summary>
    public int Count => _jobs.Count;

    /// <inheritdoc/>
    public void Start(in HsmRequest request)
    {
        if (_stopping.IsCancellationRequested) return;
        if (request.Action is not (HsmAction.Archive or HsmAction.Restore or HsmAction.Remove))
        {
            Refuse(request, MoverErrno.Invalid, "it is no archive, restore or remove");
            return;
        }

        var job = new Job(request, _stopping.Token);
        if (!_jobs.TryAdd(job, out bool isDue))
        {
            MoverLog.AtWorkAlready(_logger, HsmNames.Text(request.Action), request.Fid, request.Cookie);
            job.Dispose();
            return;
        }

        WaitForRoom();
        if (isDue) LaneOf(job).Add(job);
    }

    /// <inheritdoc/>
    public void Cancel(in RequestKey key) => _jobs.Find(key)?.Cancel();

    /// <summary>
    /// Starts nothing more and interrupts what is at work, which cleans up behind itself; nobody is told of an end, so that the coordinator, or the
    /// MDT, hands it out again. False when something was still at work after the time.
    /// </summary>
    public bool Stop(TimeSpan timeout)
    {
        _stopping.Cancel();
        foreach (Lane lane in _lanes) lane.Stop();
        return Array.TrueForAll(_lanes, lane => lane.Join(timeout));
    }

    public void Dispose()
    {
        if (!Stop(TimeSpan.FromSeconds(5))) return;
        foreach (Lane lane in _lanes) lane.Dispose();
        _room.Dispose();
        _stopping.Dispose();
    }

    private void WaitForRoom()
    {
        try
        {
            _room.Wait(_stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // What is being added is dropped with the rest.
        }
    }

    private Lane LaneOf(Job job) => Array.Find(_lanes, lane => lane.Action == job.Request.Action)!;

    private void Run(Job job)
    {
        long started = _time.GetTimestamp();
        var attempt = new Attempts(job, _fileSystem, _mover, _options, _bandwidths[job.Request.Action], _logger, _time, _metrics);
        ActionReport? report = attempt.Run() is { } outcome ? outcome with { Elapsed = _time.GetElapsedTime(started) } : null;
        Job? next = _jobs.Remove(job);
        job.Dispose();
        _room.Release();
        if (report is not null) Tell(report);
        if (next is not null) LaneOf(next).Add(next);
    }

    private void Refuse(in HsmRequest request, int errno, string why)
    {
        try
        {
            _fileSystem.EndWithError(request, errno, mayRetry: false);
        }
        catch (MoverException exception)
        {
            MoverLog.MdtNotTold(_logger, HsmNames.Text(request.Action), request.Fid, request.Cookie, exception.Message);
        }

        Tell(new(request, errno, why, 0, 0, TimeSpan.Zero));
    }

    private void Tell(ActionReport report)
    {
        string action = HsmNames.Text(report.Request.Action);
        if (report.Errno == 0) MoverLog.Done(_logger, action, report.Request.Fid, report.Bytes, report.Elapsed);
        else if (report.Errno == MoverErrno.Cancelled) MoverLog.Cancelled(_logger, action, report.Request.Fid, report.Request.Cookie);
        else MoverLog.Failed(_logger, action, report.Request.Fid, report.Request.Cookie, MoverErrno.Name(report.Errno), report.Attempts, report.Message ?? "");
        _metrics?.Ended(report);
        Ended?.Invoke(report);
    }
}
