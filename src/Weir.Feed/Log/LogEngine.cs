using System.Collections.Concurrent;

namespace Weir.Feed.Log;

/// <summary>
/// The embedded engine: topics as append-only segment files in one directory, shared by any number of processes, one of them
/// writing a topic at a time. Format and rules: docs/feed-log.md.
/// </summary>
public sealed class LogEngine : IFeedEngine
{
    private readonly LogEngineOptions _options;
    private readonly FeedDirectory _directory;
    private readonly Marks _marks;
    private readonly Positions _positions;
    private readonly RoomGuard _room;
    private readonly ulong _bootKey;
    private readonly ConcurrentDictionary<string, TopicWriter> _writers = new();
    private readonly object _opening = new();
    private readonly HashSet<string> _retired = [];
    private bool _disposed;

    /// <summary>Opens nothing yet: files are touched when they are needed.</summary>
    public LogEngine(LogEngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _directory = new(options.Directory, options.Disk);
        _marks = new(_directory, options);
        _bootKey = TailFile.BootKey(options.Disk.BootId);
        _room = new(_directory, options);
        _positions = new(_directory, options);
        Documents = new LogDocuments(_directory, options);
    }

    public string Address => $"file:{_options.Directory}";

    public IFeedDocuments Documents { get; }

    /// <summary>How many bytes the feed's disk has free.</summary>
    /// <exception cref="FeedException">The disk does not tell.</exception>
    public long FreeBytes() => Guard(() => _options.Disk.FreeBytes(_options.Directory), "measure the free room");

    internal FeedDirectory Directory => _directory;

    public ValueTask<RecordId> AppendAsync(string topic, RecordBatch batch, AppendOptions options = default, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<RecordId>(cancellationToken);
        try
        {
            _room.Admit(topic, batch.SizeBytes);
            if (!_writers.ContainsKey(topic) && TopicName.IsValid(topic) && _positions.HasLeftOvers(topic)) return AppendAnewAsync(topic, batch, options);
            return Writer(topic).Enqueue(batch, options).Task;
        }
        catch (IOException failed) when (failed is not FeedException)
        {
            return ValueTask.FromException<RecordId>(Explain(failed, $"open topic '{topic}' for writing"));
        }
        catch (FeedException failed)
        {
            return ValueTask.FromException<RecordId>(failed);
        }
    }

    public ValueTask SyncAsync(string topic, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        if (!_writers.TryGetValue(topic, out TopicWriter? writer)) return ValueTask.CompletedTask;
        try
        {
            if (writer.Poison is { } poison)
            {
                // Told to whoever syncs next, and then done with: what had only been buffered is lost, and the next append opens the topic again.
                Retire(topic, writer);
                return ValueTask.FromException(poison);
            }

            return writer.Enqueue(null, default).UntypedTask;
        }
        catch (FeedException failed)
        {
            return ValueTask.FromException(failed);
        }
    }

    public ITopicCursor OpenCursor(string topic, RecordId after, CursorOptions? options = null)
    {
        TopicName.ThrowIfInvalid(topic);
        Guard(_directory.CheckFormat, "read the feed's format");
        return new LogCursor(topic, after, _directory, _marks, _bootKey, options ?? CursorOptions.Default);
    }

    public IFeedWatch Watch(string prefix) => Guard(
        () =>
        {
            if (!_directory.Disk.DirectoryExists(_directory.TopicsPath)) _directory.Prepare();
            return new LogWatch(_directory, prefix, _bootKey);
        },
        "watch the feed");

    public ValueTask<TopicInfo?> DescribeAsync(string topic, CancellationToken cancellationToken = default)
    {
        TopicName.ThrowIfInvalid(topic);
        return ValueTask.FromResult(Guard(
            () =>
            {
                _directory.CheckFormat();
                return new TopicDescriber(_directory, _marks, _bootKey).Describe(topic);
            },
            $"describe topic '{topic}'"));
    }

    public ValueTask<IReadOnlyList<string>> ListTopicsAsync(string prefix = "", CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Guard(
            () =>
            {
                _directory.CheckFormat();
                return _directory.Topics(prefix);
            },
            "list the topics"));

    public async ValueTask TrimAsync(string topic, RecordId below, CancellationToken cancellationToken = default)
    {
        TopicName.ThrowIfInvalid(topic);
        try
        {
            _directory.CheckFormat();
            if (new TopicDescriber(_directory, _marks, _bootKey).Describe(topic) is not { } info) return;

            // A mark above the end would hide records that are yet to come.
            RecordId mark = below > info.LastId ? info.LastId.Next() : below;
            mark = await _marks.RaiseLowWaterAsync(topic, mark, cancellationToken);
            DropSegments(topic, mark);
        }
        catch (IOException failed) when (failed is not FeedException)
        {
            throw Explain(failed, $"trim topic '{topic}'");
        }
    }

    public async ValueTask<bool> DeleteTopicAsync(string topic, CancellationToken cancellationToken = default)
    {
        TopicName.ThrowIfInvalid(topic);
        Guard(_directory.CheckFormat, "read the feed's format");
        if (!_directory.TopicExists(topic))
        {
            // Who deleted it may have failed, or been killed, before that was durable.
            if (_options.Disk.DirectoryExists(_directory.TopicsPath)) Guard(() => _options.Disk.SyncDirectory(_directory.TopicsPath), $"delete topic '{topic}'");
            if (_positions.HasLeftOvers(topic)) await _positions.Enqueue(PositionAction.RemoveTopic, topic, "", null);
            return false;
        }

        if (_writers.TryRemove(topic, out TopicWriter? writer)) await writer.CloseAsync();
        try
        {
            string path = _directory.TopicPath(topic);
            using IDisposable held = _options.Disk.TryLock(Path.Combine(path, FeedDirectory.LockName), $"process {Environment.ProcessId}")
                ?? throw new TopicLockedException(topic, "another process");
            string doomed = _directory.DoomedPath(topic);
            if (_options.Disk.DirectoryExists(doomed)) _options.Disk.DeleteDirectory(doomed);
            _options.Disk.Rename(path, doomed);
            _options.Disk.SyncDirectory(_directory.TopicsPath);
            _options.Disk.DeleteDirectory(doomed);

            // Without the topic they count for nothing; who makes it anew would remove them first.
            await _positions.Enqueue(PositionAction.RemoveTopic, topic, "", null);
            return true;
        }
        catch (IOException failed) when (failed is not FeedException)
        {
            throw Explain(failed, $"delete topic '{topic}'");
        }
    }

    public ValueTask<RecordId?> ReadPositionAsync(string topic, string consumer, CancellationToken cancellationToken = default)
    {
        TopicName.ThrowIfInvalid(topic);
        TopicName.ThrowIfInvalid(consumer, "consumer");
        return ValueTask.FromResult(Guard(
            () =>
            {
                _directory.CheckFormat();
                return _positions.Find(topic, consumer);
            },
            $"read the position of consumer '{consumer}' in topic '{topic}'"));
    }

    public async ValueTask WritePositionAsync(string topic, string consumer, RecordId? position, CancellationToken cancellationToken = default)
    {
        TopicName.ThrowIfInvalid(topic);
        TopicName.ThrowIfInvalid(consumer, "consumer");
        cancellationToken.ThrowIfCancellationRequested();
        await _positions.Enqueue(PositionAction.Set, topic, consumer, position);
    }

    public ValueTask<RecordId> AdvancePositionAsync(string topic, string consumer, RecordId position, CancellationToken cancellationToken = default)
    {
        TopicName.ThrowIfInvalid(topic);
        TopicName.ThrowIfInvalid(consumer, "consumer");
        return cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<RecordId>(cancellationToken)
            : _positions.Enqueue(PositionAction.Advance, topic, consumer, position);
    }

    public ValueTask<TopicBacklog> MeasureAsync(string topic, RecordId after, CancellationToken cancellationToken = default)
    {
        TopicName.ThrowIfInvalid(topic);
        return ValueTask.FromResult(Guard(
            () =>
            {
                _directory.CheckFormat();
                return new TopicDescriber(_directory, _marks, _bootKey).Measure(topic, after);
            },
            $"measure topic '{topic}'"));
    }

    public ValueTask<IReadOnlyList<ConsumerPosition>> ListPositionsAsync(string topic, CancellationToken cancellationToken = default)
    {
        TopicName.ThrowIfInvalid(topic);
        return ValueTask.FromResult(Guard(
            () =>
            {
                _directory.CheckFormat();
                return _positions.Of(topic);
            },
            $"list the consumers of topic '{topic}'"));
    }

    public async ValueTask DisposeAsync()
    {
        TopicWriter[] writers;
        lock (_opening)
        {
            _disposed = true;
            writers = [.. _writers.Values];
            _writers.Clear();
        }

        Exception? first = null;
        foreach (TopicWriter writer in writers)
        {
            try
            {
                await writer.CloseAsync();
            }
            catch (IOException failed)
            {
                first ??= failed;
            }
        }

        if (first is not null) throw new FeedException($"The feed in {_options.Directory} could not be closed in order: {first.Message}", first);
    }

    /// <summary>A deletion was cut short after the topic was gone: its positions must not be those of the new one.</summary>
    private async ValueTask<RecordId> AppendAnewAsync(string topic, RecordBatch batch, AppendOptions options)
    {
        await _positions.Enqueue(PositionAction.RemoveTopic, topic, "", null);
        try
        {
            return await Writer(topic).Enqueue(batch, options).Task;
        }
        catch (IOException failed) when (failed is not FeedException)
        {
            throw Explain(failed, $"open topic '{topic}' for writing");
        }
    }

    private TopicWriter Writer(string topic)
    {
        if (_writers.TryGetValue(topic, out TopicWriter? writer) && writer.Poison is null) return writer;
        TopicName.ThrowIfInvalid(topic);
        lock (_opening)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_writers.TryGetValue(topic, out writer))
            {
                if (writer.Poison is null) return writer;
                Retire(topic, writer);
            }

            writer = TopicWriter.Open(topic, _directory, _options, _bootKey);
            _writers[topic] = writer;
            if (_retired.Remove(topic)) FeedLog.Reopened(_options.Logger, topic, writer.LastId);
            return writer;
        }
    }

    private void Retire(string topic, TopicWriter writer)
    {
        lock (_opening)
        {
            if (!_writers.TryRemove(new KeyValuePair<string, TopicWriter>(topic, writer))) return;
            writer.Dispose();
            _retired.Add(topic);
        }
    }

    private void DropSegments(string topic, RecordId lowWater)
    {
        ReadOnlySpan<SegmentName> segments = TopicTail.Read(_directory, topic, _bootKey).Segments;
        string path = _directory.TopicPath(topic);
        bool dropped = false;

        // A segment's records all lie at or below the next one's bound. The last segment stays: it carries the last id.
        for (int i = 0; i + 1 < segments.Length && segments[i + 1].After < lowWater; i++)
        {
            _options.Disk.Delete(Path.Combine(path, segments[i].FileName));
            _options.Disk.Delete(Path.Combine(path, segments[i].IndexName));
            dropped = true;
        }

        if (dropped) _options.Disk.SyncDirectory(path);
    }

    private void Guard(Action action, string what) => Guard(
        () =>
        {
            action();
            return true;
        },
        what);

    private T Guard<T>(Func<T> action, string what)
    {
        try
        {
            return action();
        }
        catch (IOException failed) when (failed is not FeedException)
        {
            throw Explain(failed, what);
        }
    }

    private FeedException Explain(IOException failed, string what) => failed is Disks.DiskFullException
        ? new FeedFullException($"No room to {what} in {_options.Directory}: free some room, then try again.", failed)
        : new FeedException($"Cannot {what} in {_options.Directory}: {failed.Message}", failed);
}
