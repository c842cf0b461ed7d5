using Weir.Hsm;
using Weir.Hsm.Shipping;
using Weir.Server.Hosting;
using Weir.Server.Hsm;

namespace Weir.Server.Roles;

/// <summary>Ships HSM actions into the feed. Where the feed takes nothing it waits, and says afterwards that something may be missing.</summary>
internal sealed class ShipperRole(RoleContext context) : IRole
{
    public string Name => RoleNames.Shipper;

    public async Task RunAsync(IRoleReport report, CancellationToken stopping)
    {
        ShipperOptions options = ShipperComposition.Compose(context.Options) with { Time = context.Time };
        var shipper = new Shipper(options, context.Feed, context.Loggers.CreateLogger("Weir.Hsm.Shipping"));
        string topics = options.Layout == ActionLayout.PerMdt ? $"{options.Prefix}:*" : options.Prefix;
        var outage = new OutageNotice(context.Consumers.Events, topics, Name, options.PollInterval, context.Time);
        await shipper.RunAsync(
            cycle =>
            {
                outage.Note(!cycle.IsFeedUnavailable);
                Report(cycle, report);
            },
            stopping).ConfigureAwait(false);
        await outage.Telling.ConfigureAwait(false);
    }

    private static void Report(CycleReport cycle, IRoleReport report)
    {
        if (cycle.Succeeded && !cycle.FoundNothing) report.Running();
        else report.Degraded(cycle.FoundNothing ? "no file matches hsm.actions" : cycle.Problems[^1]);
    }
}
