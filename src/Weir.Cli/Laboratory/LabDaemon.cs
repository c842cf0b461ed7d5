using System.Reflection;
using Microsoft.Extensions.Logging;
using Weir.Feed;
using Weir.Server.Hosting;
using Weir.Server.Roles;

namespace Weir.Cli.Laboratory;

/// <summary>The daemon that the laboratory runs in: that of <c>weir serve</c>, in this process, with the laboratory as a role of its own.</summary>
internal sealed class LabDaemon : IAsyncDisposable
{
    /// <summary>The laboratory's role, as <c>/readyz</c> names it.</summary>
    public const string RoleName = "lab";

    private readonly CancellationTokenSource _stopping = new();
    private readonly Daemon _daemon;
    private readonly Task<bool> _running;

    private LabDaemon(DaemonOptions options)
    {
        _daemon = new(options);
        _running = Task.Run(() => _daemon.RunAsync(_stopping.Token));
    }

    /// <summary>Where HTTP is served.</summary>
    public Uri Address => new(_daemon.HttpAddresses[0]);

    /// <summary>Starts it, with the configuration that stands in the directory.</summary>
    /// <param name="directory">The laboratory's.</param>
    /// <param name="roles">What runs beside the laboratory.</param>
    /// <param name="laboratory">What the laboratory's role does until it is told to stop.</param>
    /// <param name="loggers">For what the daemon says.</param>
    /// <param name="open">Opens the feed; null: as configured.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">A role does not run; the message says which and why.</exception>
    public static async Task<LabDaemon> StartAsync(
        string directory, IReadOnlyList<string> roles, Func<RoleContext, CancellationToken, Task> laboratory, ILoggerFactory loggers, Func<IFeedEngine>? open, CancellationToken cancellationToken)
    {
        var daemon = new LabDaemon(new()
        {
            LoadConfiguration = () => LabConfiguration.Load(directory),
            ApplyLog = _ => { },
            Loggers = loggers,
            Roles = roles,
            Version = typeof(LabDaemon).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0],
            // Not this process is what a service manager started.
            ReadVariable = _ => null,
            OpenFeed = open is null ? null : _ => open(),
            Guests = [new(RoleName, context => new LabRole(context, laboratory))],
        });
        try
        {
            await daemon.WhenStartedAsync(cancellationToken);
            return daemon;
        }
        catch
        {
            await daemon.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops it in order.</summary>
    /// <exception cref="IOException">Something did not stop in time.</exception>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        if (!await _running) throw new IOException("A role of the laboratory's daemon did not stop in time.");
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await ((Task)_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _daemon.Dispose();
        _stopping.Dispose();
    }

    private async Task WhenStartedAsync(CancellationToken cancellationToken)
    {
        if (await Task.WhenAny(_daemon.Started, _running).WaitAsync(cancellationToken) == _running) await _running;
        if (_daemon.Statuses.FirstOrDefault(role => !role.IsUp) is { } down)
            throw new IOException($"The laboratory's daemon does not start: role {down.Name} is {down.StateName}{(down.Problem is { } problem ? $", {problem.TrimEnd('.')}" : "")}. Name another port with --port, or another directory with --dir.");
    }

    private sealed class LabRole(RoleContext context, Func<RoleContext, CancellationToken, Task> laboratory) : IRole
    {
        public string Name => RoleName;

        public Task RunAsync(IRoleReport report, CancellationToken stopping)
        {
            report.Running();
            return laboratory(context, stopping);
        }
    }
}
