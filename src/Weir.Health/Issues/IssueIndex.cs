using System.Globalization;
using Weir.Erasure.Drives.Walking;
using Weir.Health.Scanning;

namespace Weir.Health.Issues;

/// <summary>The issues that stand, in memory, with what is asked of them. Not thread-safe.</summary>
internal sealed class IssueIndex
{
    /// <summary>More issues are not kept.</summary>
    public const int MaxIssues = 1_000_000;

    private const string IdPrefix = "issue-";

    private readonly Dictionary<string, Entry> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<IssueKey, Entry> _byKey = [];
    private readonly Dictionary<(int Pool, int Set), SortedSet<Entry>> _bySet = [];
    private readonly SortedDictionary<long, Entry> _inOrder = [];
    private readonly long[] _severities = new long[Enum.GetValues<Severity>().Length];
    private readonly long[] _types = new long[Enum.GetValues<IssueType>().Length];

    public int Count => _byId.Count;

    public bool IsFull => Count >= MaxIssues;

    public IEnumerable<HealthIssue> All => _inOrder.Values.Select(entry => entry.Issue);

    public long Of(Severity severity) => _severities[(int)severity];

    public long Of(IssueType type) => _types[(int)type];

    public HealthIssue? Find(string id) => _byId.TryGetValue(id, out Entry? entry) ? entry.Issue : null;

    public HealthIssue? Find(in IssueKey key) => _byKey.TryGetValue(key, out Entry? entry) ? entry.Issue : null;

    /// <summary>Takes an issue in, or its newer state; false where it is none that can be kept.</summary>
    public bool Put(HealthIssue issue)
    {
        if (IssueKey.Of(issue) is not { } key || NumberOf(issue.Id) is not { } number) return false;
        if (_byKey.TryGetValue(key, out Entry? entry))
        {
            if (entry.Issue.Id != issue.Id)
            {
                Remove(entry.Issue.Id);
                return Put(issue);
            }

            Uncount(entry.Issue);
            entry.Issue = issue;
        }
        else
        {
            if (IsFull) return false;
            entry = new(key, number) { Issue = issue };
            _byKey[key] = entry;
            _byId[issue.Id] = entry;
            _inOrder[entry.Order] = entry;
            if (!_bySet.TryGetValue((key.Pool, key.Set), out SortedSet<Entry>? set)) _bySet[(key.Pool, key.Set)] = set = new(ByPath.Instance);
            set.Add(entry);
        }

        _severities[(int)issue.Severity]++;
        _types[(int)issue.Type]++;
        return true;
    }

    public bool Remove(string id)
    {
        if (!_byId.Remove(id, out Entry? entry)) return false;
        _byKey.Remove(entry.Key);
        _inOrder.Remove(entry.Order);
        SortedSet<Entry> set = _bySet[(entry.Key.Pool, entry.Key.Set)];
        set.Remove(entry);
        if (set.Count == 0) _bySet.Remove((entry.Key.Pool, entry.Key.Set));
        Uncount(entry.Issue);
        return true;
    }

    /// <summary>Those of an object in a set.</summary>
    public List<HealthIssue> OfObject(int pool, int set, string path) =>
        _bySet.TryGetValue((pool, set), out SortedSet<Entry>? entries) ? [.. entries.GetViewBetween(Entry.First(path), Entry.Last(path)).Select(entry => entry.Issue)] : [];

    /// <summary>Those of an object in any set.</summary>
    public List<HealthIssue> OfObject(string path)
    {
        var found = new List<HealthIssue>();
        foreach ((int pool, int set) in _bySet.Keys) found.AddRange(OfObject(pool, set, path));
        return found;
    }

    /// <summary>The path of the first issue of a set behind a path, in the order of the walk; null where there is none.</summary>
    public string? NextPath(int pool, int set, string? after)
    {
        if (!_bySet.TryGetValue((pool, set), out SortedSet<Entry>? entries)) return null;
        if (after is null) return entries.Min?.Key.Path;
        return WalkRules.Compare(entries.Max!.Key.Path, after) <= 0 ? null : entries.GetViewBetween(Entry.Last(after), entries.Max!).Min?.Key.Path;
    }

    public IssuePage Query(IssueQuery query)
    {
        // One that was cleared meanwhile has its place still.
        long after = query.After is { } id ? NumberOf(id) ?? 0 : 0;
        var page = new List<HealthIssue>();
        long total = 0;
        bool hasMore = false;
        foreach (Entry entry in _inOrder.Values)
        {
            if (!Matches(entry.Issue, query)) continue;
            total++;
            if (entry.Order <= after) continue;
            if (page.Count < query.Limit) page.Add(entry.Issue);
            else hasMore = true;
        }

        return new(page, total, hasMore && page.Count > 0 ? page[^1].Id : null);
    }

    /// <summary>The id of the issue of a number, from 1.</summary>
    public static string IdOf(long number) => string.Create(CultureInfo.InvariantCulture, $"{IdPrefix}{number}");

    /// <summary>Null where it is no id of an issue.</summary>
    public static long? NumberOf(string id) =>
        id.StartsWith(IdPrefix, StringComparison.Ordinal) && long.TryParse(id.AsSpan(IdPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number > 0 ? number : null;

    private static bool Matches(HealthIssue issue, IssueQuery query) =>
        (query.Bucket is null || issue.Bucket == query.Bucket)
        && (query.Prefix is null || issue.Object.StartsWith(query.Prefix, StringComparison.Ordinal))
        && (query.Type is null || issue.Type == query.Type)
        && (query.LeastSeverity is null || issue.Severity >= query.LeastSeverity)
        && (query.IncidentId is null || issue.IncidentId == query.IncidentId)
        && (query.Drive is null || issue.Drives.Contains(query.Drive));

    private void Uncount(HealthIssue issue)
    {
        _severities[(int)issue.Severity]--;
        _types[(int)issue.Type]--;
    }

    private sealed class Entry(IssueKey key, long order)
    {
        public IssueKey Key => key;

        public long Order => order;

        public HealthIssue Issue { get; set; } = null!;

        public static Entry First(string path) => new(new(0, 0, path, null), 0);

        public static Entry Last(string path) => new(new(0, 0, path, null), long.MaxValue);
    }

    private sealed class ByPath : IComparer<Entry>
    {
        public static ByPath Instance { get; } = new();

        public int Compare(Entry? x, Entry? y)
        {
            int order = WalkRules.Compare(x!.Key.Path, y!.Key.Path);
            return order != 0 ? order : x.Order.CompareTo(y.Order);
        }
    }
}
