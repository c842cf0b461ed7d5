using Microsoft.Extensions.Logging;

namespace Weir.Server.Hosting;

/// <summary>Runs one role, and runs it again when it fails, after longer and longer waits. What it throws ends here.</summary>
internal sealed class RoleSupervisor : IRoleReport, IDisposable
{
    private readonly SupervisorOptions _options;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly Action _changed;
    private Func<IRole> _create;
    private CancellationTokenSource? _run;
    private Task _task = Task.CompletedTask;
    private RoleStatus _status;
    private int _failures;

    /// <param name="name">The role's name.</param>
    /// <param name="create">Makes the role anew for each run.</param>
    /// <param name="options">How it is kept running.</param>
    /// <param name="changed">Called after each change of the status, from any thread.</param>
    /// <param name="logger">For what happens to it.</param>
    public RoleSupervisor(string name, Func<IRole> create, SupervisorOptions options, Action changed, ILogger logger)
    {
        _create = create;
        _options = options;
        _logger = logger;
        _changed = changed;
        _status = new(name, RoleState.Waiting, null, options.Time.GetUtcNow(), 0);
    }

    public string Name => _status.Name;

    public RoleStatus Status => Volatile.Read(ref _status);

    /// <summary>Starts the role and completes when it runs, failed for the first time, or took too long.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _task = Task.Run(RunAsync, CancellationToken.None);
        try
        {
            await _settled.Task.WaitAsync(_options.StartLimit, _options.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            ServerLog.RoleSlowToStart(_logger, Name, _options.StartLimit.TotalSeconds);
        }
    }

    /// <summary>Tells the role to stop; completes when it has.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _task.ConfigureAwait(false);
        if (Status.State != RoleState.Stopped) Set(RoleState.Stopped);
    }

    /// <summary>Stops the role and runs what <paramref name="create"/> makes in its place; at once, also when it waits after a failure.</summary>
    public void Replace(Func<IRole> create)
    {
        lock (_gate)
        {
            _create = create;
            _run?.Cancel();
        }
    }

    public void Running()
    {
        Set(RoleState.Running);
        _settled.TrySetResult();
    }

    public void Degraded(string problem)
    {
        Set(RoleState.Degraded, problem);
        _settled.TrySetResult();
    }

    public void Dispose() => _stopping.Dispose();

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            using CancellationTokenSource run = BeginRun();
            TimeSpan wait = await RunOnceAsync(run.Token).ConfigureAwait(false);
            if (wait > TimeSpan.Zero)
                await Task.Delay(wait, _options.Time, run.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            EndRun();
        }

        Set(RoleState.Stopped);
        _settled.TrySetResult();
    }

    private CancellationTokenSource BeginRun()
    {
        lock (_gate)
        {
            return _run = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        }
    }

    private void EndRun()
    {
        lock (_gate) _run = null;
    }

    /// <returns>How long to wait before the next run.</returns>
    private async Task<TimeSpan> RunOnceAsync(CancellationToken stopping)
    {
        long started = _options.Time.GetTimestamp();
        Set(RoleState.Starting);
        try
        {
            using CancellationTokenRegistration leaving = stopping.Register(() => Set(RoleState.Stopping));
            IRole role;
            lock (_gate) role = _create();
            await role.RunAsync(this, stopping).ConfigureAwait(false);
            if (stopping.IsCancellationRequested) return TimeSpan.Zero;
            return Fail("it ended by itself", started);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return TimeSpan.Zero;
        }
#pragma warning disable CA1031 // Whatever one role throws, the others go on.
        catch (Exception failed)
#pragma warning restore CA1031
        {
            ServerLog.RoleTrace(_logger, Name, failed);
            return stopping.IsCancellationRequested ? TimeSpan.Zero : Fail(Describe(failed), started);
        }
    }

    private TimeSpan Fail(string problem, long started)
    {
        if (_options.Time.GetElapsedTime(started) >= _options.RecoveredAfter) _failures = 0;
        TimeSpan wait = NextDelay(_failures++);
        Set(RoleState.Failed, problem, isRestart: true);
        ServerLog.RoleFailed(_logger, Name, problem, wait.TotalSeconds);
        _settled.TrySetResult();
        return wait;
    }

    /// <summary>Twice as long each time, and never quite as long as another waits.</summary>
    private TimeSpan NextDelay(int failures)
    {
        double seconds = _options.RetryDelay.TotalSeconds * Math.Pow(2, Math.Min(failures, 30));
        return TimeSpan.FromSeconds(Math.Min(seconds, _options.MaxRetryDelay.TotalSeconds) * (0.5 + (0.5 * _options.Random.NextDouble())));
    }

    private static string Describe(Exception failed) => failed is IOException or UnauthorizedAccessException or TimeoutException
        ? failed.Message.ReplaceLineEndings(" ") : $"{failed.GetType().Name}: {failed.Message.ReplaceLineEndings(" ")}";

    private void Set(RoleState state, string? problem = null, bool isRestart = false)
    {
        RoleStatus before, now;
        lock (_gate)
        {
            before = _status;
            if (before.State == RoleState.Stopped || (before.State == state && before.Problem == problem && !isRestart)) return;
            // What a role says of itself while it is being stopped comes too late.
            if (before.State == RoleState.Stopping && state is RoleState.Running or RoleState.Degraded) return;
            now = before with { State = state, Problem = problem, Since = _options.Time.GetUtcNow(), Restarts = before.Restarts + (isRestart ? 1 : 0) };
            Volatile.Write(ref _status, now);
        }

        if (now.State == RoleState.Running && before.State != RoleState.Running) ServerLog.RoleRunning(_logger, Name);
        if (now.State == RoleState.Degraded && now.Problem != before.Problem) ServerLog.RoleDegraded(_logger, Name, problem!);
        _changed();
    }
}
