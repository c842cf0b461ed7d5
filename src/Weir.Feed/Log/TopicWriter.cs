using Weir.Feed.Disks;

namespace Weir.Feed.Log;

/// <summary>
/// The one writer of a topic. Appends queue up; one thread at a time takes all that wait, writes them, flushes once, publishes
/// the new end and completes them all (group commit). Holds the topic's lock as long as it lives.
/// </summary>
internal sealed partial class TopicWriter : IThreadPoolWorkItem, IDisposable
{
    private readonly string _topic;
    private readonly FeedDirectory _directory;
    private readonly LogEngineOptions _options;
    private readonly ulong _bootKey;
    private readonly IDisposable _lock;
    private readonly IDiskFile _tail;
    private readonly AppendRequestPool _pool = new();
    private readonly object _gate = new();
    private readonly List<AppendRequest> _group = [];
    private readonly Queue<AppendRequest> _pending = new();
    private ActiveSegment _segment;
    private bool _running;
    private bool _closed;
    private TaskCompletionSource? _idle;

    private TopicWriter(string topic, FeedDirectory directory, LogEngineOptions options, ulong bootKey, IDisposable held)
    {
        _topic = topic;
        _directory = directory;
        _options = options;
        _bootKey = bootKey;
        _lock = held;
        _segment = TopicRecovery.Open(directory, topic, options, bootKey);
        try
        {
            MarkDurable();
            _tail = directory.Disk.OpenWrite(Path.Combine(directory.TopicPath(topic), FeedDirectory.TailName));
            Publish(poisoned: false);
        }
        catch
        {
            _tail?.Dispose();
            _segment.Dispose();
            throw;
        }
    }

    /// <summary>Why the writer must be replaced; null while it works.</summary>
    public TopicPoisonedException? Poison { get; private set; }

    public RecordId LastId => _segment.LastId;

    /// <exception cref="TopicLockedException">Another writer holds the topic.</exception>
    public static TopicWriter Open(string topic, FeedDirectory directory, LogEngineOptions options, ulong bootKey)
    {
        if (!directory.CheckFormat())
        {
            bool isNew = !directory.Disk.DirectoryExists(directory.TopicsPath);
            directory.Prepare();
            if (!isNew) FeedLog.FormatRestored(options.Logger, directory.FormatPath);
        }

        string path = directory.TopicPath(topic);
        directory.CreateTopic(topic);
        string lockPath = Path.Combine(path, FeedDirectory.LockName);
        IDisposable held = directory.Disk.TryLock(lockPath, $"process {Environment.ProcessId} ({Environment.ProcessPath})")
            ?? throw new TopicLockedException(topic, ReadHolder(directory.Disk, lockPath));
        try
        {
            return new(topic, directory, options, bootKey, held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Queues a batch, or (null) a sync of everything before.</summary>
    public AppendRequest Enqueue(RecordBatch? batch, AppendOptions options)
    {
        AppendRequest request = _pool.Rent();
        request.Prepare(batch, options);
        lock (_gate)
        {
            if (_closed && Poison is { } poison) throw poison;
            ObjectDisposedException.ThrowIf(_closed, this);
            _pending.Enqueue(request);
            if (_running) return request;
            _running = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return request;
    }

    /// <summary>Commits until nothing waits.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        while (TakeGroup())
        {
            CommitGroup();
            FeedMetrics.Committed(_group);
            foreach (AppendRequest request in _group) request.Complete();
            _group.Clear();
        }
    }

    /// <summary>Finishes what waits, flushes what was only buffered, and gives the topic back.</summary>
    public async ValueTask CloseAsync()
    {
        AppendRequest? last = null;
        Task? idle = null;
        lock (_gate)
        {
            if (_closed) return;
            if (Poison is null && _segment.End > _durableEnd)
            {
                last = _pool.Rent();
                last.Prepare(null, default);
                _pending.Enqueue(last);
            }

            _closed = true;
            if (last is not null && !_running)
            {
                _running = true;
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }

            if (_running) idle = (_idle = new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }

        try
        {
            if (last is not null) await last.UntypedTask;
        }
        finally
        {
            if (idle is not null) await idle;
            Dispose();
        }
    }

    public void Dispose()
    {
        _closed = true;
        _tail.Dispose();
        _segment.Dispose();
        _lock.Dispose();
    }

    private bool TakeGroup()
    {
        lock (_gate)
        {
            long bytes = 0;
            while (_pending.TryPeek(out AppendRequest? next) && bytes < MaxGroupBytes)
            {
                _group.Add(_pending.Dequeue());
                bytes += next.Batch?.SizeBytes ?? 0;
            }

            if (_group.Count > 0) return true;
            _running = false;
            _idle?.TrySetResult();
            return false;
        }
    }

    private static string ReadHolder(IDisk disk, string path)
    {
        using IDiskFile? file = disk.OpenRead(path);
        if (file is null) return "another process";
        Span<byte> text = stackalloc byte[512];
        int read = file.Read(text, 0);
        return read > 0 ? System.Text.Encoding.UTF8.GetString(text[..read]) : "another process";
    }
}
