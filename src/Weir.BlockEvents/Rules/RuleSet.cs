using System.Collections.Frozen;
using Weir.BlockEvents.Rules.Matching;

namespace Weir.BlockEvents.Rules;

/// <summary>
/// Rules ready for use: users' first, then the built-in ones; among those that take a line, the one that stands first counts. Immutable, so
/// that any number of classifiers can share it and a changed file becomes a new set.
/// </summary>
public sealed class RuleSet
{
    /// <summary>The most rules that one set has.</summary>
    public const int MaxRules = 10_000;

    /// <summary>The program name of the kernel's lines.</summary>
    internal const string Kernel = "kernel";

    private RuleSet(IReadOnlyList<Rule> rules, FrozenDictionary<string, ProgramRules> programs, ProgramRules others, IReadOnlyList<RuleProblem> problems)
    {
        Rules = rules;
        Programs = programs;
        Others = others;
        Problems = problems;
    }

    /// <summary>The built-in rules alone.</summary>
    public static RuleSet BuiltIn { get; } = Create([]);

    /// <summary>All rules, in the order in which they count.</summary>
    public IReadOnlyList<Rule> Rules { get; }

    /// <summary>What could not be used, each with its place.</summary>
    public IReadOnlyList<RuleProblem> Problems { get; }

    /// <summary>The rules for the lines of each program that has some.</summary>
    internal FrozenDictionary<string, ProgramRules> Programs { get; }

    /// <summary>The rules for the lines of all other programs.</summary>
    internal ProgramRules Others { get; }

    /// <summary>The built-in rules with users' before them.</summary>
    /// <param name="files">Users' files; those that come first count first. Their rules that cannot be used are in <see cref="Problems"/>.</param>
    public static RuleSet Create(IReadOnlyList<RuleFile> files) => Create(files, BuiltInRules.File);

    internal static RuleSet Create(IReadOnlyList<RuleFile> files, RuleFile builtIn)
    {
        var rules = new List<Rule>();
        var problems = new List<RuleProblem>();
        var prepared = new List<PreparedRule>();
        foreach (RuleFile file in files.Append(builtIn))
        {
            problems.AddRange(file.Problems);
            var ids = new HashSet<string>(StringComparer.Ordinal);
            foreach (RuleDefinition definition in file.Rules)
            {
                if (rules.Count == MaxRules) problems.Add(new(file.Path, definition.Line, $"the rule '{definition.Id}' is refused: there are {MaxRules} already, the most there may be"));
                else if (!ids.Add(definition.Id)) problems.Add(new(file.Path, definition.Line, $"the rule '{definition.Id}' is refused: an earlier one has this id"));
                else if (PreparedRule.TryPrepare(definition, file.Path, out PreparedRule? ready, out string? problem)) Add(ready);
                else problems.Add(new(file.Path, definition.Line, $"the rule '{definition.Id}' is refused: {problem}"));
            }
        }

        string[] programs = [.. prepared.Select(rule => rule.Program).Where(program => program != PreparedRule.AnyProgram).Distinct()];
        return new(rules, programs.ToFrozenDictionary(program => program, program => new ProgramRules(prepared.Where(rule => rule.IsFor(program)))),
            new(prepared.Where(rule => rule.Program == PreparedRule.AnyProgram)), problems);

        void Add(PreparedRule rule)
        {
            rules.Add(rule.Rule);
            if (prepared.Count > 0 && prepared[^1].UnlessEqual.Count > 0) prepared[^1].Otherwise = rule.Rule;
            prepared.Add(rule);
        }
    }
}
