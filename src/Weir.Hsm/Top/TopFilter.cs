using System.IO.Enumeration;

namespace Weir.Hsm.Top;

/// <summary>Which actions top looks at.</summary>
public sealed class TopFilter
{
    private readonly string[] _mdts;
    private readonly string[] _actions;
    private readonly string[] _statuses;
    private readonly string[] _words;

    /// <summary>An empty list lets everything through; of a list with several, one must match.</summary>
    /// <param name="mdts">MDTs: whole names, what stands behind the file system's name (<c>MDT0000</c>), or either with <c>*</c> and <c>?</c>.</param>
    /// <param name="actions">Actions, in any case, also with <c>*</c> and <c>?</c>.</param>
    /// <param name="statuses">Statuses, likewise.</param>
    /// <param name="words">Each must be part of the MDT's, the action's or the status's name, in any case.</param>
    public TopFilter(
        IEnumerable<string>? mdts = null, IEnumerable<string>? actions = null, IEnumerable<string>? statuses = null, IEnumerable<string>? words = null)
    {
        _mdts = [.. mdts ?? []];
        _actions = [.. actions ?? []];
        _statuses = [.. statuses ?? []];
        _words = [.. words ?? []];
    }

    public static TopFilter All { get; } = new();

    public bool IsAll => _mdts.Length + _actions.Length + _statuses.Length + _words.Length == 0;

    /// <summary>The same, and words that must match beside.</summary>
    public TopFilter With(IEnumerable<string> words) => new(_mdts, _actions, _statuses, [.. _words, .. words]);

    public bool Matches(string mdt, string action, string status) =>
        MatchesMdt(mdt) && Matches(_actions, action) && Matches(_statuses, status) && _words.All(word =>
            Contains(mdt, word) || Contains(action, word) || Contains(status, word));

    /// <summary>Whether the MDT is looked at at all, whatever actions it has.</summary>
    public bool MatchesMdt(string mdt) => Matches(_mdts, mdt) || Matches(_mdts, mdt[(mdt.LastIndexOf('-') + 1)..]);

    /// <summary>Whether the MDT is looked at whatever its actions are.</summary>
    public bool MatchesAllOf(string mdt) =>
        _actions.Length + _statuses.Length == 0 && MatchesMdt(mdt) && _words.All(word => Contains(mdt, word));

    private static bool Matches(string[] patterns, string name)
    {
        foreach (string pattern in patterns)
        {
            if (FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: true)) return true;
        }

        return patterns.Length == 0;
    }

    private static bool Contains(string name, string word) => name.Contains(word, StringComparison.OrdinalIgnoreCase);
}
