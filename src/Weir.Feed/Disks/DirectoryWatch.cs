namespace Weir.Feed.Disks;

/// <summary>
/// Tells of changes below a directory by inotify. Where the system has no watch left to give, or does not report changes
/// (network file systems), a slow timer calls back instead, so that nobody waits for ever.
/// </summary>
internal sealed class DirectoryWatch : IDisposable
{
    private static readonly TimeSpan WithEvents = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WithoutEvents = TimeSpan.FromMilliseconds(50);

    private readonly FileSystemWatcher? _watcher;
    private readonly Timer _timer;

    public DirectoryWatch(string directory, Action changed)
    {
        try
        {
            _watcher = new FileSystemWatcher(directory)
            {
                IncludeSubdirectories = true,
                NotifyFilter = NotifyFilters.LastWrite | NotifyFilters.FileName | NotifyFilters.DirectoryName,
            };
            _watcher.Changed += (_, _) => changed();
            _watcher.Created += (_, _) => changed();
            _watcher.Renamed += (_, _) => changed();
            _watcher.Deleted += (_, _) => changed();
            _watcher.Error += (_, _) => changed();
            _watcher.EnableRaisingEvents = true;
        }
        catch (Exception unavailable) when (unavailable is IOException or ArgumentException or UnauthorizedAccessException)
        {
            _watcher?.Dispose();
            _watcher = null;
        }

        TimeSpan period = _watcher is null ? WithoutEvents : WithEvents;
        _timer = new Timer(_ => changed(), null, period, period);
    }

    public void Dispose()
    {
        _watcher?.Dispose();
        _timer.Dispose();
    }
}
