using Weir.BlockEvents.Events;

namespace Weir.BlockEvents.Pipeline;

/// <summary>One kind of event on one device: what waits to be told, and what was told.</summary>
internal sealed class FoldedEvent(StorageEvent first, DateTimeOffset time, DateTimeOffset arrival)
{
    /// <summary>The event that waits, or was told last.</summary>
    public StorageEvent Event { get; set; } = first;

    /// <summary>Lines that wait.</summary>
    public long Count { get; set; }

    /// <summary>When the first line that waits was written and when the last of all.</summary>
    public DateTimeOffset Began { get; set; } = time;

    public DateTimeOffset Last { get; set; } = time;

    /// <summary>When, by the clock here, the first line that waits came and when the last of all.</summary>
    public DateTimeOffset ArrivalBegan { get; set; } = arrival;

    public DateTimeOffset ArrivalLast { get; set; } = arrival;

    /// <summary>The event that was told first; null before.</summary>
    public Guid? Told { get; set; }

    /// <summary>How long repeats are held back now.</summary>
    public TimeSpan Hold { get; set; }
}
