using Weir.Coordinator.Requests;
using Weir.Lustre;

namespace Weir.Coordinator.Core;

/// <summary>
/// All requests by where they are, gathered a part at a time so that nobody waits for it; each stands in it once, as it was when its part was
/// looked at. Whoever wants exact order among thousands of moving requests cannot have it: a list has the order of queueing.
/// </summary>
internal sealed class RequestListing
{
    /// <summary>More than these are not listed.</summary>
    public const int MaxItems = 1_000_000;

    private readonly List<ListedRequest> _items = [];
    private Dictionary<ListName, (int Start, int Count)> _ranges = [];

    /// <summary>The slot to look at next.</summary>
    public int Next { get; set; }

    /// <summary>Whether there were more.</summary>
    public bool IsTruncated { get; private set; }

    public void Add(ListName list, ulong order, in RequestKey key, byte[]? data)
    {
        if (_items.Count < MaxItems) _items.Add(new(list, order, key, data));
        else IsTruncated = true;
    }

    /// <summary>Puts everything in order; to be called once, when all is gathered.</summary>
    public void Sort()
    {
        _items.Sort(static (one, other) => one.List == other.List ? one.Order.CompareTo(other.Order) : one.List.CompareTo(other.List));
        var ranges = new Dictionary<ListName, (int Start, int Count)>();
        for (int i = 0; i < _items.Count; i++)
        {
            (int start, int count) = ranges.GetValueOrDefault(_items[i].List, (i, 0));
            ranges[_items[i].List] = (start, count + 1);
        }

        _ranges = ranges;
    }

    /// <summary>What stands in one list; after <see cref="Sort"/>.</summary>
    public ReadOnlySpan<ListedRequest> this[ListName list] => _ranges.TryGetValue(list, out (int Start, int Count) range)
        ? System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_items).Slice(range.Start, range.Count)
        : [];
}

/// <summary>A request in a listing.</summary>
internal readonly record struct ListedRequest(ListName List, ulong Order, RequestKey Key, byte[]? Data);

/// <summary>Which list.</summary>
/// <param name="Kind">What its requests have in common.</param>
/// <param name="Action">The kind of work of those that wait.</param>
/// <param name="Agent">The number of the agent that runs them or that they are for; 0 for all.</param>
internal readonly record struct ListName(ListKind Kind, HsmAction Action, int Agent) : IComparable<ListName>
{
    public int CompareTo(ListName other) => (Kind, Agent, Action).CompareTo((other.Kind, other.Agent, other.Action));
}

/// <summary>What the requests of a list have in common.</summary>
internal enum ListKind : byte
{
    Running,
    Waiting,

    /// <summary>Their agents are to be told that they are cancelled.</summary>
    Cancelled,
}
