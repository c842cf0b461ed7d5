namespace Weir.Cli.Running;

/// <summary>The command line of <c>coordinatool-client</c>, whose options choose what weir has verbs for.</summary>
internal static class CoordinatoolNames
{
    private static readonly Dictionary<string, string> Modes = new(StringComparer.Ordinal)
    {
        ["-Q"] = "queue",
        ["--queue"] = "queue",
        ["-R"] = "recv",
        ["--recv"] = "recv",
        ["--drain"] = "drain",
        ["--lock"] = "lock",
        ["--unlock"] = "unlock",
        ["--lock-quit"] = "lock-quit",
    };

    /// <summary>The whole command line; the last option that chooses counts, and without one it is the status.</summary>
    public static IReadOnlyList<string> Expand(IReadOnlyList<string> words)
    {
        if (words.Contains("-V") || words.Contains("--version")) return ["--version"];
        string verb = words.Where(Modes.ContainsKey).Select(word => Modes[word]).LastOrDefault("status");
        IEnumerable<string> rest = words.Where(word => !Modes.ContainsKey(word));
        return verb == "status" ? ["coordinator", verb, "--as-original", .. rest] : ["coordinator", verb, .. rest];
    }
}
