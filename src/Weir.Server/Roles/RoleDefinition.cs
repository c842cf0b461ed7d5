using Weir.Server.Configuration;
using Weir.Server.Hosting;
using Weir.Server.Security;

namespace Weir.Server.Roles;

/// <summary>A role that the daemon can have.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sections">The sections of the configuration that it is made of; when a value in them changes it is made anew.</param>
/// <param name="IsConfigured">Whether it runs when nobody names roles.</param>
/// <param name="Create">Makes it.</param>
internal sealed record RoleDefinition(
    string Name, IReadOnlyList<string> Sections, Func<EffectiveConfiguration, bool> IsConfigured, Func<RoleContext, CredentialStore, IRole> Create);

/// <summary>All roles, in the order in which they start.</summary>
internal static class RoleTable
{
    public static IReadOnlyList<RoleDefinition> All { get; } =
    [
        new(RoleNames.Retention, ["retention"], _ => true, (context, _) => new RetentionRole(context)),
        new(RoleNames.Shipper, ["hsm"], HasHsm, (context, _) => new ShipperRole(context)),
        new(RoleNames.Janitor, ["hsm"], HasHsm, (context, _) => new JanitorRole(context)),
        new(RoleNames.Changelogs, ["changelogs"], configuration => configuration.Options.Changelogs.Mdts.Count > 0, (context, _) => new ChangelogsRole(context)),
        new(RoleNames.Coordinator, ["coordinator"], configuration => IsMentioned(configuration, "coordinator"), (context, _) => new CoordinatorRole(context)),
        new(RoleNames.Events, ["events"], configuration => IsMentioned(configuration, "events"), (context, _) => new EventsRole(context)),
        new(RoleNames.Health, ["health"], configuration => configuration.Options.Health.Pools.Count > 0, (context, _) => new HealthRole(context)),
        new(RoleNames.Feeds, ["feeds"], _ => true, (context, _) => new FeedsRole(context)),
        new(RoleNames.Api, ["api", "auth"], _ => true, (context, credentials) => new ApiRole(context, credentials)),
    ];

    /// <summary>The roles to run.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="named">Those that the command line names; null when it names none.</param>
    /// <exception cref="IOException">A role is named for which nothing is configured.</exception>
    public static IReadOnlyList<RoleDefinition> Choose(EffectiveConfiguration configuration, IReadOnlyList<string>? named)
    {
        IReadOnlyList<string>? names = named ?? configuration.Options.Serve.Roles;
        if (names is null) return [.. All.Where(role => role.IsConfigured(configuration))];
        if (names.Contains(RoleNames.Changelogs) && configuration.Options.Changelogs.Mdts.Count == 0)
            throw new IOException("The role 'changelogs' has nothing to follow; name MDTs in changelogs.mdts.");
        if (names.Contains(RoleNames.Health) && configuration.Options.Health.Pools.Count == 0)
            throw new IOException("The role 'health' has no drives to look after; name them in health.pools.");
        return [.. All.Where(role => names.Contains(role.Name))];
    }

    /// <summary>Whether anything about HSM was configured: the defaults alone mean that nobody thought of it.</summary>
    private static bool HasHsm(EffectiveConfiguration configuration) => IsMentioned(configuration, "hsm");

    private static bool IsMentioned(EffectiveConfiguration configuration, string section) =>
        ConfigurationSchema.Keys.Any(key => key.Section == section && configuration.SourceOf(key) != ConfigurationSource.Default);
}
