namespace Weir.Server.Configuration.Sections;

/// <summary>Section <c>log</c>: what the daemon says on standard error.</summary>
public sealed class LogOptions
{
    private const string Section = "log";

    /// <summary>The names of the levels, from the most to the least.</summary>
    public static IReadOnlyList<string> Levels { get; } = ["trace", "debug", "info", "warning", "error", "critical", "none"];

    /// <summary>What is below it is not said.</summary>
    public string Level { get; set; } = "info";

    /// <summary>Whether each message is a JSON object on a line.</summary>
    public bool IsJson { get; set; }

    /// <summary>The section's keys.</summary>
    public static IReadOnlyList<ConfigurationKey> Keys { get; } =
    [
        ConfigurationKey.Choice(
            Section, "level", "How much the daemon says; --log-level goes before it.", Levels, (options, word) => options.Log.Level = word, options => options.Log.Level),
        ConfigurationKey.Choice(
            Section, "format", "text, or json: one object a line with the members time, level, event, category, message and the message's own.", ["text", "json"],
            (options, word) => options.Log.IsJson = word == "json", options => options.Log.IsJson ? "json" : "text"),
    ];
}
