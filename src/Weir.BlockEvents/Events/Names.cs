using System.Diagnostics.CodeAnalysis;

namespace Weir.BlockEvents.Events;

/// <summary>The names of severities and device types, as JSON and the command line have them.</summary>
public static class Names
{
    private static readonly string[] Severities = Enum.GetNames<Severity>();
    private static readonly string[] Types = Enum.GetNames<BlockType>();

    /// <summary>All severities, worst first.</summary>
    public static IReadOnlyList<string> OfSeverities => Severities;

    /// <summary>The name of a severity.</summary>
    public static string Of(Severity severity) => Severities[(int)severity];

    /// <summary>The name of a device type.</summary>
    public static string Of(BlockType type) => Types[(int)type];

    /// <summary>Reads a severity by name in any case, by syslog's short name (<c>err</c>, <c>warn</c>, …) or number.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Severity severity)
    {
        int found = Array.FindIndex(Severities, name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (found < 0 && text is { Length: 1 } && text[0] is >= '0' and <= '7') found = text[0] - '0';
        if (found < 0)
        {
            found = text?.ToUpperInvariant() switch
            {
                "EMERG" or "PANIC" => 0,
                "CRIT" => 2,
                "ERR" => 3,
                "WARN" => 4,
                _ => -1,
            };
        }

        severity = found < 0 ? default : (Severity)found;
        return found >= 0;
    }

    /// <summary>Reads a device type by its exact name.</summary>
    public static bool TryParse(string? text, out BlockType type)
    {
        int found = Array.IndexOf(Types, text);
        type = found < 0 ? default : (BlockType)found;
        return found >= 0;
    }
}
