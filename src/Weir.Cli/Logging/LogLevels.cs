using Microsoft.Extensions.Logging;
using Weir.Cli.Running;

namespace Weir.Cli.Logging;

/// <summary>The names of log levels: ours, and those of the Python tools, in any case.</summary>
internal static class LogLevels
{
    public static IReadOnlyList<string> Names { get; } = ["trace", "debug", "info", "warning", "error", "critical", "none"];

    public static string Name(LogLevel level) => Names[(int)level];

    public static UsageException Unknown(string name) => new($"'{name}' is not a log level; there are {string.Join(", ", Names)}");

    public static bool TryParse(string text, out LogLevel level)
    {
        string name = text.ToLowerInvariant() switch { "information" => "info", "warn" => "warning", "fatal" => "critical", var other => other };
        for (level = LogLevel.Trace; level <= LogLevel.None; level++)
        {
            if (Name(level) == name) return true;
        }

        return false;
    }
}
