using System.Buffers;
using Weir.Coordinator.Requests;
using Weir.Feed;

namespace Weir.Coordinator.Core;

/// <summary>
/// What came of some calls to the core: what must be durable, and what may then be done. It is reused: <see cref="Clear"/> when it is done with.
/// </summary>
public sealed class Turn
{
    /// <summary>For the journal's topic; in the order of the turns.</summary>
    public RecordBatch Journal { get; } = new(16 * 1024);

    /// <summary>For the events' topic, after the journal.</summary>
    public RecordBatch Events { get; } = new(16 * 1024);

    /// <summary>To be done in order, when the journal is durable.</summary>
    public List<Effect> Effects { get; } = [];

    public bool IsEmpty => Journal.Count == 0 && Events.Count == 0 && Effects.Count == 0;

    /// <summary>Arrays that the effects' lists lie in.</summary>
    internal List<HsmRequest[]> Rented { get; } = [];

    public void Clear()
    {
        foreach (HsmRequest[] items in Rented) ArrayPool<HsmRequest>.Shared.Return(items, clearArray: true);
        Rented.Clear();
        Journal.Clear();
        Events.Clear();
        Effects.Clear();
    }
}
