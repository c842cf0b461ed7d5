using System.Collections.Frozen;
using Weir.Server.Configuration.Sections;

namespace Weir.Server.Configuration;

/// <summary>Every key there is.</summary>
public static class ConfigurationSchema
{
    /// <summary>In the order in which they are shown.</summary>
    public static IReadOnlyList<ConfigurationKey> Keys { get; } =
    [
        .. FeedOptions.Keys, .. HsmKeys.All, .. RestoreAheadKeys.All, .. ChangelogsOptions.Keys, .. CoordinatorKeys.All, .. AgentKeys.All, .. EventsOptions.Keys, .. HealthOptions.Keys, .. ServeOptions.Keys, .. LogOptions.Keys,
        .. ApiOptions.Keys, .. AuthOptions.Keys, .. FeedsOptions.Keys, .. RetentionSection.Keys, .. TelemetryOptions.Keys,
    ];

    private static readonly FrozenDictionary<string, ConfigurationKey> ByName = Keys.ToFrozenDictionary(key => key.FullName);

    public static IEnumerable<string> Sections => Keys.Select(key => key.Section).Distinct();

    public static ConfigurationKey? Find(string section, string key) => ByName.GetValueOrDefault($"{section}.{key}");

    /// <summary>What is wrong with a name that <see cref="Find"/> does not know.</summary>
    public static string DescribeUnknown(string section, string key)
    {
        if (!Sections.Contains(section)) return $"there is no section '{section}'{Suggestion.Phrase(section, Sections)}";
        IEnumerable<string> known = Keys.Where(known => known.Section == section).Select(known => known.Name);
        return $"section '{section}' has no key '{key}'{Suggestion.Phrase(key, known)}";
    }

    /// <summary>What does not go together in the whole, each with the key to name.</summary>
    public static IEnumerable<(string Key, string Problem)> Validate(WeirOptions options) =>
        HsmKeys.Validate(options.Hsm).Concat(RestoreAheadKeys.Validate(options.Hsm)).Select(found => ($"hsm.{found.Key}", found.Problem))
            .Concat(CoordinatorKeys.Validate(options.Coordinator).Select(found => ($"coordinator.{found.Key}", found.Problem)))
            .Concat(AgentKeys.Validate(options.Agent, options.Api).Select(found => ($"agent.{found.Key}", found.Problem)))
            .Concat(HealthOptions.Validate(options.Health).Select(found => ($"health.{found.Key}", found.Problem)))
            .Concat(options.Api.Validate());
}
