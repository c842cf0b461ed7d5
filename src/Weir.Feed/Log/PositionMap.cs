namespace Weir.Feed.Log;

/// <summary>A change of positions: one is set, or (no position) removed, or (no consumer) all of a topic are.</summary>
internal readonly record struct PositionChange(string Topic, string? Consumer, RecordId? Position);

/// <summary>All positions of a feed.</summary>
internal sealed class PositionMap
{
    private const int OverheadBytes = 24;

    private readonly Dictionary<string, Dictionary<string, RecordId>> _topics = new(StringComparer.Ordinal);

    /// <summary>About how many bytes they take in a journal.</summary>
    public long SizeBytes { get; private set; }

    public RecordId? Find(string topic, string consumer) =>
        _topics.TryGetValue(topic, out Dictionary<string, RecordId>? consumers) && consumers.TryGetValue(consumer, out RecordId position) ? position : null;

    public IReadOnlyList<ConsumerPosition> Of(string topic) => _topics.TryGetValue(topic, out Dictionary<string, RecordId>? consumers)
        ? [.. consumers.Select(static entry => new ConsumerPosition(entry.Key, entry.Value)).OrderBy(static entry => entry.Consumer, StringComparer.Ordinal)]
        : [];

    public bool HasTopic(string topic) => _topics.ContainsKey(topic);

    public IEnumerable<PositionChange> All()
    {
        foreach ((string topic, Dictionary<string, RecordId> consumers) in _topics)
        {
            foreach ((string consumer, RecordId position) in consumers) yield return new(topic, consumer, position);
        }
    }

    public void Apply(IEnumerable<PositionChange> changes)
    {
        foreach (PositionChange change in changes) Apply(change);
    }

    public PositionMap Clone()
    {
        var clone = new PositionMap();
        clone.Apply(All());
        return clone;
    }

    private void Apply(PositionChange change)
    {
        if (change.Consumer is null)
        {
            if (_topics.Remove(change.Topic, out Dictionary<string, RecordId>? removed)) SizeBytes -= removed.Keys.Sum(consumer => SizeOf(change.Topic, consumer));
            return;
        }

        if (!_topics.TryGetValue(change.Topic, out Dictionary<string, RecordId>? consumers))
        {
            if (change.Position is null) return;
            _topics[change.Topic] = consumers = new(StringComparer.Ordinal);
        }

        if (change.Position is { } position)
        {
            if (!consumers.ContainsKey(change.Consumer)) SizeBytes += SizeOf(change.Topic, change.Consumer);
            consumers[change.Consumer] = position;
        }
        else if (consumers.Remove(change.Consumer))
        {
            SizeBytes -= SizeOf(change.Topic, change.Consumer);
            if (consumers.Count == 0) _topics.Remove(change.Topic);
        }
    }

    private static long SizeOf(string topic, string consumer) => OverheadBytes + topic.Length + consumer.Length;
}
