namespace Weir.Feed.Consuming;

/// <summary>
/// Which topics a consumer reads, topics that come later included: names, and prefixes, which are written with a <c>*</c> behind them
/// (<c>hsm:actions:*</c>; <c>*</c> alone is every topic). A name that itself ends with a star is written with <c>\*</c>.
/// </summary>
public sealed class TopicSelection : IEquatable<TopicSelection>
{
    /// <summary>Names and prefixes together.</summary>
    public const int MaxPatterns = 256;

    private readonly HashSet<string> _topics;
    private readonly string[] _prefixes;

    /// <exception cref="ArgumentException">Nothing is named, too much is, or a name is no topic's.</exception>
    public TopicSelection(IEnumerable<string> topics, IEnumerable<string> prefixes)
    {
        _topics = new(topics, StringComparer.Ordinal);
        _prefixes = [.. prefixes.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (_topics.Count + _prefixes.Length == 0) throw new ArgumentException("No topic is named.");
        if (_topics.Count + _prefixes.Length > MaxPatterns) throw new ArgumentException($"More than {MaxPatterns} topics and prefixes are named.");
        foreach (string topic in _topics) TopicName.ThrowIfInvalid(topic);
        foreach (string prefix in _prefixes.Where(static prefix => prefix.Length > 0)) TopicName.ThrowIfInvalid(prefix, "prefix");
        Patterns = [.. _topics.Order(StringComparer.Ordinal).Select(static topic => topic.EndsWith('*') ? topic[..^1] + @"\*" : topic), .. _prefixes.Select(static prefix => prefix + "*")];
        CommonPrefix = _topics.Concat(_prefixes).Aggregate(static (common, next) => common[..common.AsSpan().CommonPrefixLength(next)]);
    }

    /// <summary>The topics and prefixes as they are written.</summary>
    public IReadOnlyList<string> Patterns { get; }

    /// <summary>The topics that are named, whether they exist or not.</summary>
    public IReadOnlyCollection<string> Topics => _topics;

    /// <summary>Whether topics are read that nobody has named.</summary>
    public bool HasPrefix => _prefixes.Length > 0;

    /// <summary>What the names of all topics meant start with.</summary>
    public string CommonPrefix { get; }

    /// <exception cref="ArgumentException">Nothing is named, too much is, or a name is no topic's.</exception>
    public static TopicSelection Parse(params IEnumerable<string> patterns)
    {
        var topics = new List<string>();
        var prefixes = new List<string>();
        foreach (string pattern in patterns)
        {
            if (pattern.EndsWith(@"\*", StringComparison.Ordinal)) topics.Add(pattern[..^2] + "*");
            else if (pattern.EndsWith('*')) prefixes.Add(pattern[..^1]);
            else topics.Add(pattern);
        }

        return new(topics, prefixes);
    }

    public bool Matches(string topic)
    {
        if (_topics.Contains(topic)) return true;
        foreach (string prefix in _prefixes)
        {
            if (topic.StartsWith(prefix, StringComparison.Ordinal)) return true;
        }

        return false;
    }

    public bool Equals(TopicSelection? other) => other is not null && Patterns.SequenceEqual(other.Patterns);

    public override bool Equals(object? obj) => Equals(obj as TopicSelection);

    public override int GetHashCode() => Patterns.Aggregate(0, static (hash, pattern) => HashCode.Combine(hash, pattern.GetHashCode(StringComparison.Ordinal)));

    public override string ToString() => string.Join(' ', Patterns);
}
