using Microsoft.Extensions.Logging;

namespace Weir.Server.Hosting;

/// <summary>
/// The roles of one process: started in their order, each when the one before it runs (or could not); stopped the other way round. A role
/// that fails is run again and takes no other down.
/// </summary>
public sealed class RoleHost : IDisposable
{
    private readonly List<RoleSupervisor> _roles = [];
    private readonly SupervisorOptions _options;
    private readonly ILogger _logger;

    /// <param name="options">How roles are kept running.</param>
    /// <param name="logger">For what happens to them.</param>
    public RoleHost(SupervisorOptions options, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _logger = logger;
    }

    /// <summary>Called after each change of a role's status, from any thread.</summary>
    public event Action? Changed;

    /// <summary>How each role is, in the order in which they start.</summary>
    public IReadOnlyList<RoleStatus> Statuses => [.. _roles.Select(role => role.Status)];

    /// <summary>Whether every role does its work.</summary>
    public bool IsReady => _roles.TrueForAll(role => role.Status.IsUp);

    /// <summary>Adds a role, to be started after those that are there.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="create">Makes it anew for each run.</param>
    public void Add(string name, Func<IRole> create) => _roles.Add(new(name, create, _options, () => Changed?.Invoke(), _logger));

    /// <summary>Starts all roles, one after the other.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (RoleSupervisor role in _roles)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await role.StartAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Stops the role of this name and runs another in its place; false when there is none.</summary>
    public bool Replace(string name, Func<IRole> create)
    {
        if (_roles.Find(role => role.Name == name) is not { } found) return false;
        found.Replace(create);
        return true;
    }

    /// <summary>Stops the roles, the last first, all within <paramref name="limit"/>.</summary>
    /// <returns>The names of those that did not stop in time; they are left behind.</returns>
    public async Task<IReadOnlyList<string>> StopAsync(TimeSpan limit)
    {
        var late = new List<string>();
        long started = _options.Time.GetTimestamp();
        for (int i = _roles.Count - 1; i >= 0; i--)
        {
            Task stopped = _roles[i].StopAsync();
            TimeSpan left = limit - _options.Time.GetElapsedTime(started);
            try
            {
                // A role that has used up the time is no reason not to ask the others.
                await stopped.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, _options.Time, CancellationToken.None).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                ServerLog.RoleSlowToStop(_logger, _roles[i].Name, limit.TotalSeconds);
                late.Add(_roles[i].Name);
            }
        }

        return late;
    }

    public void Dispose()
    {
        foreach (RoleSupervisor role in _roles) role.Dispose();
    }
}
