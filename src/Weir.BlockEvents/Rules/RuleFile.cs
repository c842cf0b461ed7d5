namespace Weir.BlockEvents.Rules;

/// <summary>The rules of one file, in the order in which they count.</summary>
/// <param name="Path">Where it lies; names the rules' origin.</param>
/// <param name="Rules">The rules that could be read.</param>
/// <param name="Problems">What could not.</param>
public sealed record RuleFile(string Path, IReadOnlyList<RuleDefinition> Rules, IReadOnlyList<RuleProblem> Problems);
