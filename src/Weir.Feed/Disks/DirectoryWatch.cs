namespace Weir.Feed.Disks;

/// <summary>
/// Tells of changes below a directory by inotify. A change in a directory that has just been made may be missed, so after each change a timer calls back too,
/// less and less often, for about two minutes; then nothing wakes up any more. Where the system has no watch left to give, or does not report what other
/// machines change (network file systems), the timer goes on, so that nobody waits for ever.
/// </summary>
internal sealed class DirectoryWatch : IDisposable
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(64);
    private static readonly TimeSpan WithoutEvents = TimeSpan.FromMilliseconds(50);

    private readonly Lock _lock = new();
    private readonly Action _changed;
    private readonly FileSystemWatcher? _watcher;
    private readonly ITimer _timer;
    private readonly bool _isLocal;
    private TimeSpan _next = First;

    public DirectoryWatch(string directory, Action changed) : this(directory, changed, TimeProvider.System)
    {
    }

    public DirectoryWatch(string directory, Action changed, TimeProvider time)
    {
        _changed = changed;
        _timer = time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _isLocal = IsLocal(directory);
        try
        {
            _watcher = new FileSystemWatcher(directory)
            {
                IncludeSubdirectories = true,
                NotifyFilter = NotifyFilters.LastWrite | NotifyFilters.FileName | NotifyFilters.DirectoryName,
            };
            _watcher.Changed += (_, _) => OnEvent();
            _watcher.Created += (_, _) => OnEvent();
            _watcher.Renamed += (_, _) => OnEvent();
            _watcher.Deleted += (_, _) => OnEvent();
            _watcher.Error += (_, _) => OnEvent();
            _watcher.EnableRaisingEvents = true;
        }
        catch (Exception unavailable) when (unavailable is IOException or ArgumentException or UnauthorizedAccessException)
        {
            _watcher?.Dispose();
            _watcher = null;
        }

        lock (_lock)
        {
            if (_watcher is null) _timer.Change(WithoutEvents, WithoutEvents);
            else _timer.Change(_next, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        _watcher?.Dispose();
        _timer.Dispose();
    }

    private static bool IsLocal(string directory)
    {
        try
        {
            return new DriveInfo(directory).DriveType is DriveType.Fixed or DriveType.Ram;
        }
        catch (Exception unknown) when (unknown is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void OnEvent()
    {
        lock (_lock)
        {
            _next = First;
            _timer.Change(_next, Timeout.InfiniteTimeSpan);
        }

        _changed();
    }

    private void OnTimer()
    {
        if (_watcher is not null)
        {
            lock (_lock)
            {
                _next = _isLocal ? _next * 2 : First;
                if (_next <= Longest) _timer.Change(_next, Timeout.InfiniteTimeSpan);
            }
        }

        _changed();
    }
}
