namespace Weir.Hsm.Events;

/// <summary>
/// Reads the events of action topics, whoever wrote them. Not thread-safe. It never throws: what is no event is counted and
/// refused. Format: docs/hsm-stream.md.
/// </summary>
public sealed class HsmEventReader
{
    private readonly AnyOrderReader _anyOrder = new();

    /// <summary>Events read.</summary>
    public long EventsRead { get; private set; }

    /// <summary>Records that were no events: no JSON, no known event_type, or no mdt.</summary>
    public long Unreadable { get; private set; }

    /// <param name="data">A record's data.</param>
    /// <param name="read">The event; good until the next call and while <paramref name="data"/> is.</param>
    public bool TryRead(ReadOnlySpan<byte> data, out HsmEvent read)
    {
        if (OwnOrderReader.TryRead(data, out read) || _anyOrder.TryRead(data, out read))
        {
            EventsRead++;
            return true;
        }

        Unreadable++;
        return false;
    }
}
