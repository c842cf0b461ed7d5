namespace Weir.Cli.Help;

/// <summary>What a verb's help page says beyond its arguments and options.</summary>
internal sealed record VerbHelp
{
    /// <summary>Paragraphs: what the verb does, as much as one needs to use it.</summary>
    public required IReadOnlyList<string> Description { get; init; }

    public required IReadOnlyList<HelpEntry> Examples { get; init; }

    /// <summary>Exit codes beyond those every verb has (0, 1 and 2).</summary>
    public IReadOnlyList<HelpEntry> ExitCodes { get; init; } = [];

    /// <summary>What exit code 0 says, when "done" is not enough.</summary>
    public string Done { get; init; } = "done";

    public IReadOnlyList<HelpEntry> Environment { get; init; } = [];

    public IReadOnlyList<HelpEntry> Files { get; init; } = [];
}

/// <summary>A term and its explanation. Of an example: the command, and what it does.</summary>
internal readonly record struct HelpEntry(string Term, string Text);
