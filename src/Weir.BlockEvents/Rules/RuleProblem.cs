namespace Weir.BlockEvents.Rules;

/// <summary>A rule, or a part of a file of rules, that cannot be used. The others are.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">The line in it, from 1; 0 when the file as a whole is meant.</param>
/// <param name="Message">What is wrong.</param>
public sealed record RuleProblem(string File, int Line, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => Line > 0 ? $"{File}, line {Line}: {Message}" : $"{File}: {Message}";
}
