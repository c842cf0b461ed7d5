using Weir.Hsm.Shipping;
using Weir.Server.Hosting;
using Weir.Server.Hsm;

namespace Weir.Server.Roles;

/// <summary>Ships HSM actions into the feed.</summary>
internal sealed class ShipperRole(RoleContext context) : IRole
{
    public string Name => RoleNames.Shipper;

    public Task RunAsync(IRoleReport report, CancellationToken stopping)
    {
        ShipperOptions options = ShipperComposition.Compose(context.Options) with { Time = context.Time };
        var shipper = new Shipper(options, context.Feed, context.Loggers.CreateLogger("Weir.Hsm.Shipping"));
        return shipper.RunAsync(cycle => Report(cycle, report), stopping);
    }

    private static void Report(CycleReport cycle, IRoleReport report)
    {
        if (cycle.Succeeded && !cycle.FoundNothing) report.Running();
        else report.Degraded(cycle.FoundNothing ? "no file matches hsm.actions" : cycle.Problems[^1]);
    }
}
