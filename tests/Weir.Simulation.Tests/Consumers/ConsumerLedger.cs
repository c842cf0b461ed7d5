using Weir.Feed;

namespace Weir.Simulation.Tests.Consumers;

/// <summary>
/// What one consumer was given and what it was told is acknowledged. Whatever happens, it is given each record at least once, in order
/// between two openings, and none again whose acknowledgement was confirmed.
/// </summary>
internal sealed class ConsumerLedger(string name)
{
    private readonly Dictionary<string, HashSet<RecordId>> _given = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RecordId> _confirmed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RecordId> _last = new(StringComparer.Ordinal);

    public string Name => name;

    /// <summary>The last record of each topic that was given since the consumer was opened.</summary>
    public IReadOnlyDictionary<string, RecordId> Last => _last;

    /// <summary>It was given some record again, as is right after a stop.</summary>
    public int Repeats { get; private set; }

    /// <summary>What was given in all.</summary>
    public int Given { get; private set; }

    public void Opened() => _last.Clear();

    public void Give(string topic, RecordId id)
    {
        if (_confirmed.TryGetValue(topic, out RecordId confirmed) && id <= confirmed)
            throw new InvalidOperationException($"Consumer '{name}' was given {id} of '{topic}' again, though {confirmed} was confirmed as acknowledged.");
        if (_last.TryGetValue(topic, out RecordId last) && id <= last)
            throw new InvalidOperationException($"Consumer '{name}' was given {id} of '{topic}' after {last}.");
        _last[topic] = id;
        Given++;
        if (!_given.TryGetValue(topic, out HashSet<RecordId>? ids)) _given[topic] = ids = [];
        if (!ids.Add(id)) Repeats++;
    }

    public void Confirm(string topic, RecordId id)
    {
        if (!_confirmed.TryGetValue(topic, out RecordId confirmed) || id > confirmed) _confirmed[topic] = id;
    }

    public bool WasGiven(string topic, RecordId id) => _given.TryGetValue(topic, out HashSet<RecordId>? ids) && ids.Contains(id);
}
