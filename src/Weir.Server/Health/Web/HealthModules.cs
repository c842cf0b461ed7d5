using Weir.Server.Http;
using Weir.Server.Roles;

namespace Weir.Server.Health.Web;

/// <summary>The modules of the health API. They are there also where the health system is not, and say so.</summary>
internal static class HealthModules
{
    /// <param name="context">What the daemon is made of.</param>
    /// <param name="collect">Gives everything that <c>/metrics</c> tells.</param>
    public static IEnumerable<IApiModule> All(RoleContext context, Func<CancellationToken, Task<string>> collect)
    {
        var calls = new HealthCalls(context.Health, new(context.Options.Api.CallRate, context.Time), context.Time);
        return
        [
            new SystemModule(calls, context.Version), new ScanModule(calls), new HealModule(calls), new IssueModule(calls), new InventoryModule(calls), new PolicyModule(calls),
            new HealthMetricsModule(calls, collect),
        ];
    }
}
