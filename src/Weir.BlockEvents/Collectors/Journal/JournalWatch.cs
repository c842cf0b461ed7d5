namespace Weir.BlockEvents.Collectors.Journal;

/// <summary>Waits for the journal to be written to. journald tells by inotify, which it sees to by itself; nothing here wakes up in between.</summary>
internal sealed class JournalWatch : IDisposable
{
    private readonly List<FileSystemWatcher> _watchers = [];
    private readonly SemaphoreSlim _changed = new(0, 1);
    private int _isListChanged = 1;

    public JournalWatch(IReadOnlyList<string> directories)
    {
        foreach (string directory in directories)
        {
            string? there = File.Exists(directory) ? Path.GetDirectoryName(directory) : Nearest(directory);
            if (there is not null) Watch(there);
        }
    }

    /// <summary>Whether files came, went or were renamed since this was last asked.</summary>
    public bool TakeListChanged() => Interlocked.Exchange(ref _isListChanged, 0) != 0;

    public Task WaitAsync(CancellationToken cancellationToken) => _changed.WaitAsync(cancellationToken);

    public void Dispose()
    {
        foreach (FileSystemWatcher watcher in _watchers) watcher.Dispose();
    }

    private void Watch(string directory)
    {
        try
        {
            var watcher = new FileSystemWatcher(directory)
            {
                IncludeSubdirectories = true,
                NotifyFilter = NotifyFilters.LastWrite | NotifyFilters.Size | NotifyFilters.FileName | NotifyFilters.DirectoryName,
            };
            watcher.Changed += (_, _) => Wake();
            watcher.Created += (_, _) => WakeAndList();
            watcher.Renamed += (_, _) => WakeAndList();
            watcher.Deleted += (_, _) => WakeAndList();
            watcher.Error += (_, _) => WakeAndList();
            watcher.EnableRaisingEvents = true;
            _watchers.Add(watcher);
        }
        catch (Exception unavailable) when (unavailable is IOException or ArgumentException or UnauthorizedAccessException)
        {
            throw new IOException($"Changes below {directory} cannot be watched: {unavailable.Message}", unavailable);
        }
    }

    /// <summary>A directory that is not there yet is waited for in the one above it.</summary>
    private static string? Nearest(string directory)
    {
        if (Directory.Exists(directory)) return directory;
        string? parent = Path.GetDirectoryName(directory);
        return parent is not null && Directory.Exists(parent) ? parent : null;
    }

    private void WakeAndList()
    {
        Volatile.Write(ref _isListChanged, 1);
        Wake();
    }

    private void Wake()
    {
        try
        {
            if (_changed.CurrentCount == 0) _changed.Release();
        }
        catch (SemaphoreFullException)
        {
            // Somebody else was as quick.
        }
    }
}
