using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Weir.Feed;
using Weir.Feed.Consuming;
using Weir.Server.Configuration;
using Weir.Server.Feeds;
using Weir.Server.Metrics;
using Weir.Server.Roles;
using Weir.Server.Security;
using Weir.Server.Telemetry;

namespace Weir.Server.Hosting;

/// <summary>The daemon: one feed, and the roles that work on it, from the start to the end of the process.</summary>
public sealed class Daemon : IDisposable
{
    private const string LogCategory = "Weir.Server";

    /// <summary>An append to the embedded log keeps a thread while the disk flushes, one for each topic at the most.</summary>
    private const int MinThreads = 64;

    /// <summary>Sections that no running role is made of.</summary>
    private static readonly string[] FixedSections = ["feed", "serve", "telemetry"];

    private readonly DaemonOptions _options;
    private readonly ILogger _logger;
    private readonly RoleHost _roles;
    private readonly SystemdNotifier _notifier;
    private readonly CredentialStore _credentials;
    private readonly SemaphoreSlim _reloading = new(1, 1);
    private EffectiveConfiguration _configuration;
    private IReadOnlyList<RoleDefinition> _running = [];
    private RoleContext? _context;
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isStarted;

    /// <exception cref="ConfigurationException">The configuration cannot be used.</exception>
    public Daemon(DaemonOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _configuration = options.LoadConfiguration().ThrowIfInvalid();
        options.ApplyLog(_configuration.Options);
        _logger = options.Loggers.CreateLogger(LogCategory);
        _roles = new(options.Supervision, _logger);
        _credentials = new(options.Supervision.Time, _logger);
        _notifier = new(options.ReadVariable, _logger);
    }

    /// <summary>How the roles are.</summary>
    public IReadOnlyList<RoleStatus> Statuses => _roles.Statuses;

    /// <summary>Where HTTP is served, as <c>http://127.0.0.1:9400</c>; none when it is not.</summary>
    public IReadOnlyList<string> HttpAddresses => _context?.Served.Http ?? [];

    /// <summary>Completes when every role was started once, whether it runs or failed; see <see cref="Statuses"/>.</summary>
    public Task Started => _started.Task;

    /// <summary>Runs until <paramref name="stopping"/> is cancelled, then stops in order.</summary>
    /// <returns>Whether everything stopped in time.</returns>
    public async Task<bool> RunAsync(CancellationToken stopping)
    {
        WeirOptions options = _configuration.Options;
        _running = RoleTable.Choose(_configuration, _options.Roles);
        if (_running.Count == 0) throw new IOException("There is no role to run; name one with --role, or configure one.");
        if (_running.Any(role => role.Name == RoleNames.Api)) ApiRole.CheckAccess(options);
        ThreadPool.GetMinThreads(out int workers, out int completions);
        ThreadPool.SetMinThreads(Math.Max(workers, MinThreads), completions);
        TimeProvider time = _options.Supervision.Time;
        ServerLog.Starting(_logger, _options.Version, Environment.ProcessId, options.Feed.Url.ToString(), string.Join(", ", [.. _running.Select(role => role.Name), .. _options.Guests.Select(guest => guest.Name)]));

        IFeedEngine feed = _options.OpenFeed?.Invoke(options) ?? FeedOpener.Open(options, _options.Loggers);
        await using (feed.ConfigureAwait(false))
        {
            var consumers = new ConsumerRegistry(feed, new()
            {
                Time = time,
                Logger = _options.Loggers.CreateLogger("Weir.Feed"),
                Owner = $"weir serve, process {Environment.ProcessId} on {Environment.MachineName}",
                Coalescing = CoalescingRules.All,
            });
            await using ConfiguredAsyncDisposable closing = consumers.ConfigureAwait(false);
            using var metrics = new MetricsRegistry();
            using var process = new ProcessMetrics(_roles, _options.Version);
            using var topics = new TopicMetrics(feed, time);
            using var backlogs = new ConsumerMetrics(consumers, time);
            using IDisposable? telemetry = StartTelemetry(options);
            _context = new(options, feed, consumers, _options.Loggers, time, _roles, metrics, topics, _options.Version) { ConsumerMetrics = backlogs };
            foreach (RoleDefinition role in _running) _roles.Add(role.Name, () => role.Create(_context, _credentials));
            foreach (GuestRole guest in _options.Guests) _roles.Add(guest.Name, () => guest.Create(_context));
            _roles.Changed += TellStatus;
            using ITimer? watchdog = StartWatchdog(time);
            return await RunRolesAsync(stopping).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Reads the configuration, the tokens and the certificate again. Roles whose sections changed are made anew; what needs a restart of the
    /// process is named. A configuration with a mistake changes nothing.
    /// </summary>
    public async Task ReloadAsync()
    {
        await _reloading.WaitAsync().ConfigureAwait(false);
        try
        {
            if (!_isStarted) return;
            _notifier.Reloading(Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000));
            try
            {
                Reload();
            }
            catch (IOException wrong)
            {
                ServerLog.ReloadRefused(_logger, wrong.Message);
            }

            _notifier.Ready(Describe());
        }
        finally
        {
            _reloading.Release();
        }
    }

    public void Dispose()
    {
        _roles.Dispose();
        _notifier.Dispose();
        _reloading.Dispose();
    }

    private async Task<bool> RunRolesAsync(CancellationToken stopping)
    {
        try
        {
            await _roles.StartAsync(stopping).ConfigureAwait(false);
            _isStarted = true;
            _started.TrySetResult();
            _notifier.Ready(Describe());
            await Task.Delay(Timeout.Infinite, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Told to stop while it started: it stops what runs already.
        }

        _isStarted = false;
        _notifier.Stopping("Stopping the roles.");
        ServerLog.Stopping(_logger, "asked to");
        IReadOnlyList<string> late = await _roles.StopAsync(_configuration.Options.Serve.StopTimeout).ConfigureAwait(false);
        if (late.Count == 0) ServerLog.Stopped(_logger);
        return late.Count == 0;
    }

    private void Reload()
    {
        EffectiveConfiguration now = _options.LoadConfiguration().ThrowIfInvalid();
        IReadOnlyList<ConfigurationKey> changes = ConfigurationChange.Between(_configuration.Options, now.Options);
        _configuration = now;
        _options.ApplyLog(now.Options);
        _context = _context! with { Options = now.Options };
        _credentials.Reload();
        _context.Reloads.Raise();
        var restarted = new List<string>();
        foreach (RoleDefinition role in _running.Where(role => changes.Any(key => role.Sections.Contains(key.Section))))
        {
            RoleContext context = _context;
            if (_roles.Replace(role.Name, () => role.Create(context, _credentials))) restarted.Add(role.Name);
        }

        string what = changes.Count == 0 ? "nothing in it changed" : $"changed: {string.Join(", ", changes.Select(key => key.FullName))}";
        ServerLog.Reloaded(_logger, restarted.Count == 0 ? what : $"{what}; made anew: {string.Join(", ", restarted)}");
        string[] inert = [.. changes.Where(key => FixedSections.Contains(key.Section)).Select(key => key.FullName), .. NewRoles(now)];
        if (inert.Length > 0) ServerLog.RestartNeeded(_logger, string.Join(", ", inert));
    }

    /// <summary>What would run if the process were started now, and does not.</summary>
    private IEnumerable<string> NewRoles(EffectiveConfiguration configuration) => _options.Roles is not null || configuration.Options.Serve.Roles is not null
        ? [] : RoleTable.All.Where(role => role.IsConfigured(configuration) != _running.Contains(role)).Select(role => $"role {role.Name}");

    private string Describe()
    {
        IReadOnlyList<RoleStatus> all = _roles.Statuses;
        string[] up = [.. all.Where(role => role.IsUp).Select(role => role.Name)];
        string[] down = [.. all.Where(role => !role.IsUp).Select(role => role.Problem is { } problem ? $"{role.Name} {role.StateName} ({problem})" : $"{role.Name} {role.StateName}")];
        return $"Running: {(up.Length == 0 ? "none" : string.Join(", ", up))}{(down.Length == 0 ? "" : $". Not running: {string.Join(", ", down)}")}.";
    }

    private void TellStatus()
    {
        if (_isStarted) _notifier.Status(Describe());
    }

    /// <summary>Tells the watchdog twice in its time, from the thread pool that the roles work on: when that hangs, so does this.</summary>
    private ITimer? StartWatchdog(TimeProvider time)
    {
        if (_notifier.WatchdogInterval is not { } interval) return null;
        return time.CreateTimer(_ => _notifier.Watchdog(), null, TimeSpan.Zero, interval / 2);
    }

    /// <remarks>Not inlined, so that who sends nothing does not load what sends.</remarks>
#pragma warning disable CA1859 // The type is what keeps the package from being loaded.
    private IDisposable? StartTelemetry(WeirOptions options) => options.Telemetry.OtlpEndpoint is null ? null : StartOtlp(options);
#pragma warning restore CA1859

    [MethodImpl(MethodImplOptions.NoInlining)]
    private OtlpExport? StartOtlp(WeirOptions options) => OtlpExport.Start(options.Telemetry, _options.Version);
}
