using System.CommandLine;
using Weir.Cli.Logging;

namespace Weir.Cli.Verbs;

/// <summary>Options that many verbs have, always under the same name and with the same meaning.</summary>
internal static class SharedOptions
{
    public const string FeedName = "--feed";
    public const string ConfigName = "--config";
    public const string LogLevelName = "--log-level";

    /// <summary>The options that may also stand before the verb. Each takes a value.</summary>
    public static IReadOnlyList<string> BeforeTheVerb { get; } = [FeedName, ConfigName, "-c", LogLevelName];

    public static Option<string?> Feed() => new(FeedName)
    {
        HelpName = "URL",
        Description = "The feed: file:DIR or redis://[USER:PASSWORD@]HOST[:PORT][/DB] (docs/redis.md has more). Otherwise WEIR_FEED, the configuration's feed.url, or the default under FILES.",
    };

    public static Option<string?> Config(string what = "The configuration; drop-ins stand in FILE's sibling weir.d.") => new(ConfigName, "-c")
    {
        HelpName = "FILE",
        Description = what,
    };

    public static Option<string?> LogLevel() => new(LogLevelName)
    {
        HelpName = "LEVEL",
        Description = $"How much to say on standard error: {string.Join(", ", LogLevels.Names)}.",
    };

    public static Option<bool> Json() => new("--json") { Description = "Print JSON for programs." };
}
