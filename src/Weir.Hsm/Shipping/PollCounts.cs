using Weir.Hsm.Events;

namespace Weir.Hsm.Shipping;

/// <summary>What one poll did, counted.</summary>
internal sealed class PollCounts
{
    private readonly long[] _events = new long[Enum.GetValues<HsmEventType>().Length];

    /// <summary>Events written, by type.</summary>
    public long this[HsmEventType type]
    {
        get => _events[(int)type];
        set => _events[(int)type] = value;
    }

    /// <summary>UPDATE events that only tell a state again.</summary>
    public long Refreshes { get; set; }

    /// <summary>Actions that vanished before a final status was seen.</summary>
    public long VanishedUnfinished { get; set; }

    /// <summary>Whether something changed that the snapshot keeps and no event tells.</summary>
    public bool FlagsChanged { get; set; }

    public long TotalEvents
    {
        get
        {
            long total = 0;
            foreach (long count in _events) total += count;
            return total;
        }
    }
}
