using System.Collections.Concurrent;

namespace Weir.Erasure.Drives.Healing;

/// <summary>Keeps large buffers for the next repair: the system would have to clear new ones page by page.</summary>
internal sealed class PinnedBuffers
{
    private const int Granularity = 64 << 10;

    /// <summary>More than so many of one size are let go.</summary>
    private const int MostKept = 64;

    private readonly ConcurrentDictionary<int, ConcurrentBag<byte[]>> _kept = new();

    /// <summary>A pinned buffer of at least this size, with anything in it.</summary>
    public byte[] Rent(int bytes)
    {
        int size = checked((bytes + Granularity - 1) / Granularity * Granularity);
        return _kept.TryGetValue(size, out ConcurrentBag<byte[]>? bag) && bag.TryTake(out byte[]? buffer) ? buffer : GC.AllocateUninitializedArray<byte>(size, pinned: true);
    }

    /// <summary>Only when nobody writes to it any more: a buffer that was given to a drive that hangs is lost.</summary>
    public void Return(byte[] buffer)
    {
        ConcurrentBag<byte[]> bag = _kept.GetOrAdd(buffer.Length, static _ => []);
        if (bag.Count < MostKept) bag.Add(buffer);
    }
}
