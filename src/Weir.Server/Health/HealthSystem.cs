using Microsoft.Extensions.Logging;
using Weir.Feed;
using Weir.Health;
using Weir.Health.Metrics;
using Weir.Health.Policies;

namespace Weir.Server.Health;

/// <summary>The health system of this process, put together from its parts. Policies and metrics go on while it is stopped.</summary>
public sealed class HealthSystem : IHealthSystem, IAsyncDisposable
{
    private const string LogCategory = "Weir.Health";

    private const int DefaultEventBuffer = 10_000;

    /// <summary>How often it is looked whether everything does its work.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly HealthSettings _settings;
    private readonly IFeedEngine _feed;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly PolicyStore _policies;
    private readonly MetricsCollector _metrics;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private RunningHealth? _running;
    private int _eventBuffer = DefaultEventBuffer;
    private long _startedAt;

    private HealthSystem(HealthSettings settings, IFeedEngine feed, PolicyStore policies, ILoggerFactory loggers, TimeProvider time)
    {
        _settings = settings;
        _feed = feed;
        _time = time;
        _logger = loggers.CreateLogger(LogCategory);
        _policies = policies;
        _metrics = new(settings.StateDirectory, feed, () => Parts, time, _logger);
    }

    public string SystemId => "ahm-001";

    public DateTimeOffset? StartedAt => Interlocked.Read(ref _startedAt) is var ticks and not 0 ? new(ticks, TimeSpan.Zero) : null;

    public HealthParts? Parts => Volatile.Read(ref _running)?.Parts;

    public string? Problem => Volatile.Read(ref _running)?.Problem;

    public IPolicies Policies => _policies;

    public IHealthHistory History => _metrics;

    /// <summary>Reads the policies and makes the state directory ready; nothing scans or repairs yet.</summary>
    /// <exception cref="FeedException">The feed cannot be read.</exception>
    /// <exception cref="IOException">The state directory cannot be made.</exception>
    public static async Task<HealthSystem> OpenAsync(HealthSettings settings, IFeedEngine feed, ILoggerFactory loggers, TimeProvider time, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(loggers);
        Directory.CreateDirectory(settings.StateDirectory);
        PolicyStore policies = await PolicyStore.OpenAsync(feed, time, loggers.CreateLogger(LogCategory), cancellationToken).ConfigureAwait(false);
        return new(settings, feed, policies, loggers, time);
    }

    public async Task SetEventBufferAsync(int size, CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (size == _eventBuffer) return;
            _eventBuffer = size;
            if (_running is null) return;
            // The buffer is made with the parts; jobs go on where they are.
            await StopRunningAsync().ConfigureAwait(false);
            await StartRunningAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_running is null) await StartRunningAsync(cancellationToken).ConfigureAwait(false);
            Interlocked.CompareExchange(ref _startedAt, _time.GetUtcNow().UtcTicks, 0);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await StopRunningAsync().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Measures, follows the policies and looks after what runs, until cancelled. When a part fails, so does this.</summary>
    /// <param name="report">Told why it does not do all of its work, and null when it does again.</param>
    /// <param name="stopping">Ends it.</param>
    public async Task RunAsync(Action<string?> report, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(report);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Task[] parts = [_metrics.RunAsync(stop.Token), _policies.FollowAsync(stop.Token), WatchAsync(report, stop.Token)];
        await Task.WhenAny(parts).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        try
        {
            await Task.WhenAll(parts).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!Array.Exists(parts, part => part.IsFaulted))
        {
            // Told to stop.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _metrics.Dispose();
        _policies.Dispose();
        _turn.Dispose();
    }

    private async Task StartRunningAsync(CancellationToken cancellationToken) =>
        _running = await RunningHealth.StartAsync(_settings, _feed, _policies, _eventBuffer, _time, _logger, cancellationToken).ConfigureAwait(false);

    /// <summary>Nobody is given what is being ended.</summary>
    private async Task StopRunningAsync()
    {
        if (Interlocked.Exchange(ref _running, null) is { } running) await running.DisposeAsync().ConfigureAwait(false);
    }

    private async Task WatchAsync(Action<string?> report, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(LookInterval, _time);
        string? told = null;
        while (await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false))
        {
            if (Volatile.Read(ref _running) is { Completion: { IsFaulted: true } failed }) await failed.ConfigureAwait(false);

            if (Problem == told) continue;
            told = Problem;
            report(told);
        }
    }
}
