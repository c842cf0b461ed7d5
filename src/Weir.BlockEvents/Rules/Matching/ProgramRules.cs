using Weir.BlockEvents.Rules.Wordings;

namespace Weir.BlockEvents.Rules.Matching;

/// <summary>The rules for the lines of one program.</summary>
internal sealed class ProgramRules
{
    private readonly List<(PreparedRule Rule, WordingNode Wording)> _wordings = [];
    private readonly WordingMatcher?[] _matchers;

    public ProgramRules(IEnumerable<PreparedRule> rules)
    {
        foreach (PreparedRule rule in rules)
        {
            if (rule.Regex is not null) Expressions.Add(rule);
            foreach (WordingNode wording in rule.Wordings)
            {
                Nfa.Add(wording, _wordings.Count);
                _wordings.Add((rule, wording));
            }
        }

        _matchers = new WordingMatcher?[_wordings.Count];
    }

    /// <summary>Whether there are any.</summary>
    public bool HasRules => _wordings.Count > 0 || Expressions.Count > 0;

    /// <summary>All wordings; their numbers are those of their places.</summary>
    public Nfa Nfa { get; } = new();

    /// <summary>Rules with regular expressions, all of users; they are tried before the wordings.</summary>
    public List<PreparedRule> Expressions { get; } = [];

    public PreparedRule RuleOf(int wording) => _wordings[wording].Rule;

    /// <summary>Made when first asked for; two threads may both make it, which harms nothing.</summary>
    public WordingMatcher MatcherOf(int wording) => _matchers[wording] ??= new(_wordings[wording].Wording);
}
