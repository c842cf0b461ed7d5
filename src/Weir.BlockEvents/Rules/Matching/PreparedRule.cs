using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;
using Weir.BlockEvents.Rules.Wordings;

namespace Weir.BlockEvents.Rules.Matching;

/// <summary>A rule that was checked, with its wordings or its regular expression read.</summary>
internal sealed class PreparedRule
{
    public const string AnyProgram = "*";

    private PreparedRule(Rule rule, string program)
    {
        Rule = rule;
        Program = program;
    }

    public Rule Rule { get; }

    public string Program { get; }

    public IReadOnlyList<WordingNode> Wordings { get; private init; } = [];

    public Regex? Regex { get; private init; }

    public byte[] StartsWith { get; private init; } = [];

    /// <summary>Two fields: where both hold the same, the line is <see cref="Otherwise"/>'s.</summary>
    public IReadOnlyList<string> UnlessEqual { get; private init; } = [];

    /// <summary>The rule behind this one in its file, where it is needed.</summary>
    public Rule? Otherwise { get; set; }

    public bool IsFor(string program) => Program == AnyProgram || Program == program;

    public static bool TryPrepare(
        RuleDefinition definition, string origin, [NotNullWhen(true)] out PreparedRule? prepared, [NotNullWhen(false)] out string? problem)
    {
        prepared = null;
        problem = FindProblem(definition);
        if (problem is not null) return false;
        var rule = new Rule(definition.Id, definition.SubSystem, definition.EventType, definition.Severity)
        {
            Part = definition.Part,
            Origin = $"{origin}:{definition.Line}",
        };
        string program = definition.Program.Length == 0 ? RuleSet.Kernel : definition.Program;
        if (definition.Regex is { } expression)
        {
            if (!UserExpression.TryCompile(expression, out Regex? regex, out problem)) return false;
            prepared = new(rule, program) { Regex = regex, StartsWith = Encoding.UTF8.GetBytes(definition.StartsWith) };
            return true;
        }

        try
        {
            prepared = new(rule, program) { Wordings = [.. definition.Wordings.Select(WordingParser.Parse)], UnlessEqual = [.. definition.UnlessEqual.Select(string.Intern)] };
            return true;
        }
        catch (WordingException exception)
        {
            problem = $"its wording {exception.Message}";
            return false;
        }
    }

    private static string? FindProblem(RuleDefinition definition)
    {
        if (definition.Wordings.Count == 0 && definition.Regex is null) return "it has neither a wording nor a regular expression";
        if (definition.Wordings.Count > 0 && definition.Regex is not null) return "it has both wordings and a regular expression";
        if (definition.UnlessEqual.Count is not (0 or 2)) return "its unless_equal does not name two fields";
        if (definition.SubSystem.Length == 0 && definition.Regex?.Contains("sub_system>", StringComparison.Ordinal) != true) return "it names no sub_system";
        return definition.EventType?.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '_') == false || definition.EventType?.Length == 0
            ? $"its event_type '{definition.EventType}' is not of upper-case letters, digits and _" : null;
    }
}
