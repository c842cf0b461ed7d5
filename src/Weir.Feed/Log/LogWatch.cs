namespace Weir.Feed.Log;

/// <summary>
/// Waits for appends to topics under a prefix, by whatever process. The disk says that something changed (inotify, with a slow
/// timer as a net); whether it was one of these topics is seen by their published tails.
/// </summary>
internal sealed class LogWatch : IFeedWatch
{
    private readonly FeedDirectory _directory;
    private readonly string _prefix;
    private readonly ulong _bootKey;
    private readonly SemaphoreSlim _changed = new(0, 1);
    private readonly IDisposable _watch;
    private Dictionary<string, TailState> _seen;

    public LogWatch(FeedDirectory directory, string prefix, ulong bootKey)
    {
        _directory = directory;
        _prefix = prefix;
        _bootKey = bootKey;
        _watch = directory.Disk.Watch(directory.TopicsPath, Signal);
        _seen = Look();
    }

    public async ValueTask WaitAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Dictionary<string, TailState> now = Look();
            if (!IsSame(now, _seen))
            {
                _seen = now;
                return;
            }

            await _changed.WaitAsync(cancellationToken);
        }
    }

    public void Dispose()
    {
        _watch.Dispose();
        _changed.Dispose();
    }

    private void Signal()
    {
        try
        {
            _changed.Release();
        }
        catch (Exception late) when (late is SemaphoreFullException or ObjectDisposedException)
        {
            // Signalled already, or nobody waits any more.
        }
    }

    private Dictionary<string, TailState> Look()
    {
        var tails = new Dictionary<string, TailState>();
        foreach (string topic in _directory.Topics(_prefix))
        {
            string path = Path.Combine(_directory.TopicPath(topic), FeedDirectory.TailName);
            if (TailFile.Read(_directory.Disk, path, _bootKey) is { } state) tails[topic] = state;
        }

        return tails;
    }

    private static bool IsSame(Dictionary<string, TailState> a, Dictionary<string, TailState> b)
    {
        if (a.Count != b.Count) return false;
        foreach ((string topic, TailState state) in a)
        {
            if (!b.TryGetValue(topic, out TailState other) || other != state) return false;
        }

        return true;
    }
}
