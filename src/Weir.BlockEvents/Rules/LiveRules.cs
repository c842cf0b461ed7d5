namespace Weir.BlockEvents.Rules;

/// <summary>
/// Rules of users' files that change while a daemon runs: read again when it is told to (SIGHUP) or, where that is asked for, when a file changes. A
/// rule that cannot be used is refused and the others are; of a file that cannot be read at all the rules it had before stay.
/// </summary>
/// <param name="paths">The files, those that count first before the others.</param>
/// <param name="load">Reads one of them.</param>
public sealed class LiveRules(IReadOnlyList<string> paths, Func<string, RuleFile> load) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, RuleFile> _lastGood = new(StringComparer.Ordinal);
    private readonly List<FileSystemWatcher> _watchers = [];
    private volatile RuleSet _current = RuleSet.BuiltIn;

    /// <summary>The rules now. Classifiers of <see cref="NewClassifier"/> follow it by themselves.</summary>
    public RuleSet Current => _current;

    /// <summary>Tells of each reading, with what could not be used; from the thread that reads.</summary>
    public event Action<RuleSet>? Loaded;

    /// <summary>Reads the files (again).</summary>
    /// <returns>The rules; what could not be used is in its problems.</returns>
    public RuleSet Reload()
    {
        RuleSet rules;
        lock (_lock)
        {
            rules = RuleSet.Create([.. paths.Select(Read)]);
            _current = rules;
        }

        Loaded?.Invoke(rules);
        return rules;
    }

    /// <summary>Reads again whenever a file changes, by inotify. A directory that cannot be watched is passed over; <see cref="Reload"/> still works.</summary>
    public void Watch()
    {
        foreach (string directory in paths.Select(path => Path.GetDirectoryName(Path.GetFullPath(path))!).Distinct().Where(Directory.Exists))
        {
            var watcher = new FileSystemWatcher(directory) { NotifyFilter = NotifyFilters.LastWrite | NotifyFilters.FileName };
            watcher.Changed += OnChange;
            watcher.Created += OnChange;
            watcher.Renamed += OnChange;
            _watchers.Add(watcher);
            watcher.EnableRaisingEvents = true;
        }
    }

    /// <summary>A classifier for one thread that uses the rules as they are at each line.</summary>
    public ILineClassifier NewClassifier() => new FollowingClassifier(this);

    /// <summary>Stops watching.</summary>
    public void Dispose()
    {
        foreach (FileSystemWatcher watcher in _watchers) watcher.Dispose();
    }

    private void OnChange(object sender, FileSystemEventArgs change)
    {
        if (paths.Any(path => Path.GetFullPath(path) == change.FullPath)) Reload();
    }

    private RuleFile Read(string path)
    {
        RuleFile file = load(path);
        if (file.Rules.Count == 0 && file.Problems.Count > 0 && _lastGood.TryGetValue(path, out RuleFile? before))
            return before with { Problems = [.. file.Problems, new(path, 0, "the rules it had before stay in use")] };
        _lastGood[path] = file with { Problems = [] };
        return file;
    }

    private sealed class FollowingClassifier(LiveRules rules) : ILineClassifier
    {
        private LineClassifier _classifier = new(rules.Current);

        public bool TryClassify(in Lines.LogLine line, out Classification classification)
        {
            if (!ReferenceEquals(_classifier.Rules, rules._current)) _classifier = new(rules._current);
            return _classifier.TryClassify(line, out classification);
        }
    }
}
