using Weir.Server.Health;
using Weir.Server.Hosting;

namespace Weir.Server.Roles;

/// <summary>Scans the drives of object stores and repairs what it finds. Stopped by the API, it waits to be started again.</summary>
internal sealed class HealthRole(RoleContext context) : IRole
{
    public string Name => RoleNames.Health;

    public async Task RunAsync(IRoleReport report, CancellationToken stopping)
    {
        HealthSystem system = await HealthSystem.OpenAsync(HealthComposition.Compose(context.Options), context.Feed, context.Loggers, context.Time, stopping).ConfigureAwait(false);
        await using (system.ConfigureAwait(false))
        {
            if (context.Options.Health.Autostart) await system.StartAsync(stopping).ConfigureAwait(false);
            context.Health.System = system;
            report.Running();
            try
            {
                await system.RunAsync(problem => Report(problem, report), stopping).ConfigureAwait(false);
            }
            finally
            {
                context.Health.System = null;
            }
        }
    }

    private static void Report(string? problem, IRoleReport report)
    {
        if (problem is null) report.Running();
        else report.Degraded(problem);
    }
}
