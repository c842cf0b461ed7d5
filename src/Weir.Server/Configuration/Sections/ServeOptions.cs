using Weir.Server.Roles;

namespace Weir.Server.Configuration.Sections;

/// <summary>Section <c>serve</c>: the daemon itself.</summary>
public sealed class ServeOptions
{
    private const string Section = "serve";
    private const int MostRoles = 64;

    /// <summary>The roles to run. Null: those for which something is configured.</summary>
    public IReadOnlyList<string>? Roles { get; set; }

    /// <summary>How long all roles together may take to stop.</summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The section's keys.</summary>
    public static IReadOnlyList<ConfigurationKey> Keys { get; } =
    [
        ConfigurationKey.List(
            Section, "roles", $"The roles to run, of {string.Join(", ", RoleNames.All)} (unset: those that are configured).", MostRoles,
            item => RoleNames.All.Contains(item) ? null : $"'{item}' is no role{Suggestion.Phrase(item, RoleNames.All)}; there are {string.Join(", ", RoleNames.All)}",
            (options, items) => options.Serve.Roles = items, options => options.Serve.Roles),
        ConfigurationKey.Time(
            Section, "stop_timeout", "How long all roles together may take to stop.", TimeSpan.FromSeconds(1), TimeSpan.FromHours(1),
            (options, value) => options.Serve.StopTimeout = value, options => options.Serve.StopTimeout),
    ];
}
