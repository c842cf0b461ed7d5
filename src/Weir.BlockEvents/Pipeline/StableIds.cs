using System.Globalization;
using Weir.BlockEvents.Events;

namespace Weir.BlockEvents.Pipeline;

/// <summary>Gives events ids that come out the same when their lines are read again, and lets links between them follow. Bounded. Not thread-safe.</summary>
internal sealed class StableIds
{
    private const int MostKept = 16384;

    private readonly Dictionary<Guid, Guid> _ids = [];
    private readonly Queue<Guid> _order = new();

    public StorageEvent Translate(StorageEvent one)
    {
        string first = string.Create(CultureInfo.InvariantCulture, $"{one.Timestamp.UtcTicks}\n{one.KernelDevice}\n{one.EventType}\n{one.RawMessage}\n{one.Cursor}");
        Guid id = EventId.Of(one.Hostname, first);
        Keep(one.EventId, id);
        // An incident is called by the event that began it.
        if (one.IncidentId is { } incident && !_ids.ContainsKey(incident)) Keep(incident, EventId.Of(id.ToString(), "incident"));
        return one with { EventId = id, RootCauseEventId = Find(one.RootCauseEventId), IncidentId = Find(one.IncidentId) };
    }

    private Guid? Find(Guid? id) => id is { } value && _ids.TryGetValue(value, out Guid stable) ? stable : id;

    private void Keep(Guid id, Guid stable)
    {
        if (_ids.TryAdd(id, stable)) _order.Enqueue(id);
        while (_order.Count > MostKept) _ids.Remove(_order.Dequeue());
    }
}
