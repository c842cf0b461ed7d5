using Weir.Coordinator.Protocol;
using Weir.Coordinator.Requests;

namespace Weir.Coordinator.Server;

/// <summary>Items of one message on their way to the core, with their data.</summary>
internal sealed class ItemStage
{
    private const int ArenaBytes = 64 * 1024;

    private readonly List<HsmRequest> _items = [];
    private byte[] _arena = [];
    private int _arenaUsed;

    public IReadOnlyList<HsmRequest> Items => _items;

    /// <summary>How many were no action items.</summary>
    public int BadItems { get; set; }

    /// <summary>Bytes of data held.</summary>
    public long DataBytes { get; private set; }

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
