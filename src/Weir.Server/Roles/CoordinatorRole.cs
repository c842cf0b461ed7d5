using Weir.Coordinator.Server;
using Weir.Server.Configuration.Sections;
using Weir.Server.Coordinator;
using Weir.Server.Hosting;

namespace Weir.Server.Roles;

/// <summary>The HSM coordinator. When it ends, by a failure of the feed or by lock-quit, it is begun anew from its journal.</summary>
internal sealed class CoordinatorRole(RoleContext context) : IRole
{
    public string Name => RoleNames.Coordinator;

    public async Task RunAsync(IRoleReport report, CancellationToken stopping)
    {
        CoordinatorSection section = context.Options.Coordinator;
        using var metrics = new CoordinatorMetrics();
        RunningCoordinator coordinator = await RunningCoordinator.StartAsync(
            section, context.Feed, context.Loggers.CreateLogger("Weir.Coordinator"), context.Time, stopping, metrics).ConfigureAwait(false);
        await using (coordinator.ConfigureAwait(false))
        {
            report.Running();
            await Task.WhenAny(coordinator.Server.Completion, Task.Delay(Timeout.Infinite, stopping)).ConfigureAwait(false);
            if (coordinator.Server.Completion.IsCompleted) await coordinator.Server.Completion.ConfigureAwait(false);
        }
    }
}
