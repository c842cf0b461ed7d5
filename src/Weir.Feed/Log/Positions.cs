using Weir.Feed.Disks;

namespace Weir.Feed.Log;

/// <summary>
/// The consumers' positions of an embedded log. Changes queue up; one at a time takes all that wait, locks the journal against other
/// processes, writes them as one commit, flushes once and completes them all (group commit).
/// </summary>
internal sealed class Positions(FeedDirectory directory, LogEngineOptions options)
{
    private const int MaxGroup = 4096;

    private readonly Lock _gate = new();
    private readonly Lock _journalGate = new();
    private readonly PositionJournal _journal = new(directory, options);
    private readonly Queue<PositionRequest> _pending = new();
    private readonly Stack<PositionRequest> _pool = new();
    private readonly List<PositionRequest> _group = [];
    private readonly HashSet<string> _ensured = new(StringComparer.Ordinal);
    private bool _isRunning;

    public RecordId? Find(string topic, string consumer)
    {
        lock (_journalGate)
        {
            _journal.Refresh();
            return directory.TopicExists(topic) ? _journal.Map.Find(topic, consumer) : null;
        }
    }

    public IReadOnlyList<ConsumerPosition> Of(string topic)
    {
        lock (_journalGate)
        {
            _journal.Refresh();
            return directory.TopicExists(topic) ? _journal.Map.Of(topic) : [];
        }
    }

    /// <summary>Whether positions are left of a topic of this name that was deleted. They count for nothing, and must not for a new one.</summary>
    public bool HasLeftOvers(string topic)
    {
        if (directory.TopicExists(topic)) return false;
        lock (_journalGate)
        {
            _journal.Refresh();
            return _journal.Map.HasTopic(topic);
        }
    }

    public ValueTask<RecordId> Enqueue(PositionAction action, string topic, string consumer, RecordId? position)
    {
        PositionRequest request = PositionRequest.Rent(_pool, action, topic, consumer, position);
        ValueTask<RecordId> task = request.Task;
        lock (_gate)
        {
            _pending.Enqueue(request);
            if (_isRunning) return task;
            _isRunning = true;
        }

        _ = Task.Run(RunAsync);
        return task;
    }

    /// <summary>Commits until nothing waits.</summary>
    private async Task RunAsync()
    {
        while (TakeGroup())
        {
            try
            {
                await CommitAsync();
            }
            catch (Exception failed)
            {
                foreach (PositionRequest request in _group) request.Failure ??= Explain(failed);
            }

            foreach (PositionRequest request in _group) request.Complete();
            _group.Clear();
        }
    }

    private bool TakeGroup()
    {
        lock (_gate)
        {
            while (_group.Count < MaxGroup && _pending.TryDequeue(out PositionRequest? next)) _group.Add(next);
            if (_group.Count > 0) return true;
            _isRunning = false;
            return false;
        }
    }

    private async ValueTask CommitAsync()
    {
        if (!directory.CheckFormat())
        {
            if (!_group.Any(static request => request.Position is not null)) return;
            directory.Prepare();
        }

        using IDisposable held = await ShortLock.TakeAsync(
            Path.Combine(directory.Root, FeedDirectory.PositionsLockName), "the consumers' positions", directory.Disk, options, CancellationToken.None);
        lock (_journalGate)
        {
            _journal.Refresh();
            _journal.Commit(Decide());
        }
    }

    /// <summary>What the group comes to: for each position its last change.</summary>
    private List<PositionChange> Decide()
    {
        var changes = new Dictionary<(string, string), PositionChange>();
        var removed = new List<PositionChange>();
        foreach (PositionRequest request in _group)
        {
            if (request.Action == PositionAction.RemoveTopic)
            {
                foreach ((string, string) key in changes.Keys.Where(key => key.Item1 == request.Topic).ToArray()) changes.Remove(key);
                if (_journal.Map.HasTopic(request.Topic) && !directory.TopicExists(request.Topic)) removed.Add(new(request.Topic, null, null));
                continue;
            }

            (string, string) place = (request.Topic, request.Consumer);
            if (request.Position is not null) EnsureTopic(request.Topic);
            RecordId? current = changes.TryGetValue(place, out PositionChange change) ? change.Position
                : removed.Exists(topic => topic.Topic == request.Topic) ? null : _journal.Map.Find(request.Topic, request.Consumer);
            if (request.Action == PositionAction.Advance && current >= request.Position)
            {
                request.Outcome = current!.Value;
                continue;
            }

            if (request.Position is null && current is null) continue;
            changes[place] = new(request.Topic, request.Consumer, request.Position);
        }

        return [.. removed, .. changes.Values];
    }

    /// <summary>
    /// A topic comes into being with its first position too. Where its directory is there, a killed process may have made it and not made
    /// that durable; so each process sees to it once.
    /// </summary>
    private void EnsureTopic(string topic)
    {
        bool isThere = directory.TopicExists(topic);
        if (isThere && _ensured.Contains(topic)) return;
        if (!isThere && _journal.Map.HasTopic(topic)) _journal.Commit([new(topic, null, null)]);
        directory.CreateTopic(topic);
        _ensured.Add(topic);
    }

    private Exception Explain(Exception failed) => failed switch
    {
        FeedException told => told,
        DiskFullException full => new FeedFullException($"No room to write a consumer's position in {directory.Root}: free some room, then try again.", full),
        IOException other => new FeedException($"Cannot write a consumer's position in {directory.Root}: {other.Message}", other),
        _ => failed,
    };
}
