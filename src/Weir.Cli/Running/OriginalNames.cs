namespace Weir.Cli.Running;

/// <summary>
/// The names of the tools that weir's verbs take the place of. Called by one of them, by a link to the program, weir is that tool, with its exit
/// codes.
/// </summary>
internal static class OriginalNames
{
    private const string Reconciler = "hsm-stream-reconciler";
    private const string CoordinatorClient = "coordinatool-client";
    private const string Tail = "hsm-stream-tail";

    private static readonly string[] EndsOrFollows = ["--follow", "-f", "--once", "--run-once", "--help", "-h"];

    private static readonly Dictionary<string, string[]> Verbs = new(StringComparer.Ordinal)
    {
        ["hsm-action-shipper"] = ["hsm", "ship"],
        ["hsm-stream-janitor"] = ["hsm", "janitor"],
        [Reconciler] = ["hsm", "reconcile"],
        ["hsm-action-top"] = ["hsm", "top"],
        ["hsm-stream-stats"] = ["hsm", "stats"],
        [Tail] = ["hsm", "tail"],
        ["lhsmd_coordinatool"] = ["coordinator", "serve"],
    };

    /// <summary>The whole command line of a program that was called by this name.</summary>
    public static IReadOnlyList<string> Expand(string? invokedAs, IReadOnlyList<string> words)
    {
        if (invokedAs is not null && Path.GetFileName(invokedAs) == CoordinatorClient) return CoordinatoolNames.Expand(words);
        if (invokedAs is null || !Verbs.TryGetValue(Path.GetFileName(invokedAs), out string[]? verb)) return words;

        // The original always follows.
        bool follows = Path.GetFileName(invokedAs) == Tail && !words.Any(EndsOrFollows.Contains);
        return follows ? [.. verb, "--follow", .. words] : [.. verb, .. words];
    }

    /// <summary>The exit code that the tool of this name has for ours.</summary>
    public static int Translate(string? invokedAs, int exitCode) =>
        exitCode == ExitCode.FoundProblems && invokedAs is not null && Path.GetFileName(invokedAs) == Reconciler ? ExitCode.Failed : exitCode;
}
