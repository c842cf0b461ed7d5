using Weir.Hsm.Maintenance;
using Weir.Server.Configuration.Sections;
using Weir.Server.Hosting;

namespace Weir.Server.Roles;

/// <summary>Keeps the topics of HSM actions short.</summary>
internal sealed class JanitorRole(RoleContext context) : IRole
{
    public string Name => RoleNames.Janitor;

    public async Task RunAsync(IRoleReport report, CancellationToken stopping)
    {
        HsmOptions hsm = context.Options.Hsm;
        var options = new JanitorOptions { Prefix = hsm.Topic, OperationInterval = hsm.OperationInterval, StaleActionTimeout = hsm.StaleActionTimeout, Time = context.Time };
        var janitor = new Janitor(context.Feed, options, context.Loggers.CreateLogger("Weir.Hsm.Janitor"));
        await using (janitor.ConfigureAwait(false))
        {
            report.Running();
            await janitor.RunAsync(round => Report(round, report), stopping).ConfigureAwait(false);
        }
    }

    private static void Report(JanitorReport round, IRoleReport report)
    {
        if (round.Gap is { } gap) report.Degraded(gap.ToString());
        else report.Running();
    }
}
