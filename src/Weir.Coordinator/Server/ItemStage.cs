using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Weir.Coordinator.Protocol;
using Weir.Coordinator.Requests;

namespace Weir.Coordinator.Server;

/// <summary>Items of one message on their way to the core, with their data.</summary>
internal sealed class ItemStage
{
    private const int ArenaBytes = 64 * 1024;
    private const int MaxSpare = 16;
    private const int MaxKeptItems = 64 * 1024;

    private static readonly ConcurrentBag<ItemStage> Spare = [];

    private readonly List<HsmRequest> _items = [];
    private byte[] _arena = [];
    private int _arenaUsed;

    private ItemStage() { }

    public ReadOnlySpan<HsmRequest> Items => CollectionsMarshal.AsSpan(_items);

    /// <summary>How many were no action items.</summary>
    public int BadItems { get; set; }

    /// <summary>Bytes of data held.</summary>
    public long DataBytes { get; private set; }

    public static ItemStage Take() => Spare.TryTake(out ItemStage? spare) ? spare : new();

    /// <summary>The core has copied what it wants; this may be used again.</summary>
    public void Return()
    {
        BadItems = 0;
        DataBytes = 0;
        _items.Clear();
        _arenaUsed = 0;
        if (_items.Capacity <= MaxKeptItems && _arena.Length <= 4 * ArenaBytes && Spare.Count < MaxSpare) Spare.Add(this);
    }

    public void Add(in ActionItem item)
    {
        Memory<byte> data = default;
        if (item.Data.Length > 0)
        {
            if (_arena.Length - _arenaUsed < item.Data.Length) (_arena, _arenaUsed) = (new byte[Math.Max(ArenaBytes, item.Data.Length)], 0);
            data = _arena.AsMemory(_arenaUsed, item.Data.Length);
            item.Data.CopyTo(data.Span);
            _arenaUsed += item.Data.Length;
            DataBytes += item.Data.Length;
        }

        _items.Add(RequestItems.ToRequest(item, data));
    }
}
