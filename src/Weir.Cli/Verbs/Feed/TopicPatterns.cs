namespace Weir.Cli.Verbs.Feed;

/// <summary>Topics by name, or with <c>*</c> at the end by what their names start with.</summary>
internal sealed class TopicPatterns(IReadOnlyList<string> patterns)
{
    /// <summary>What the names of all topics meant start with.</summary>
    public string CommonPrefix { get; } = patterns.Select(Start).Aggregate((common, next) => common[..common.AsSpan().CommonPrefixLength(next)]);

    /// <summary>Whether more than one topic may be meant.</summary>
    public bool MayMeanSeveral => patterns.Count > 1 || IsPrefix(patterns[0]);

    /// <summary>The names that stand for themselves.</summary>
    public IEnumerable<string> Names => patterns.Where(pattern => !IsPrefix(pattern));

    public bool Matches(string topic) => patterns.Any(pattern =>
        IsPrefix(pattern) ? topic.StartsWith(Start(pattern), StringComparison.Ordinal) : topic == pattern);

    private static bool IsPrefix(string pattern) => pattern.EndsWith('*');

    private static string Start(string pattern) => IsPrefix(pattern) ? pattern[..^1] : pattern;
}
