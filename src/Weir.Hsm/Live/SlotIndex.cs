using System.Runtime.CompilerServices;

namespace Weir.Hsm.Live;

/// <summary>
/// An open-addressing hash table from a key to the slot that has it. It holds no keys, only slots with six bits of the hash beside
/// them, which spare nearly every look at an entry that is not the one: 5 to 10 bytes an action.
/// </summary>
internal sealed class SlotIndex<TKey>(EntryTable entries)
    where TKey : struct, IEntryKey
{
    private const int SlotBits = 26;
    private const uint SlotMask = (1u << SlotBits) - 1;
    private const int MinCapacity = 64;

    /// <summary>Slot + 1 below, a tag above; 0 is empty.</summary>
    private uint[] _cells = new uint[MinCapacity];
    private int _count;

    /// <summary>The slot with this key; -1 when there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Find(ulong key, bool bit = false)
    {
        ulong hash = Hash(key, bit);
        uint tag = Tag(hash);
        uint[] cells = _cells;
        for (int i = Home(hash); ; i = (i + 1) & (cells.Length - 1))
        {
            uint cell = cells[i];
            if (cell == 0) return -1;
            if ((cell & ~SlotMask) != tag) continue;
            int slot = (int)(cell & SlotMask) - 1;
            ref readonly ActionEntry entry = ref entries[slot];
            if (TKey.Key(entry) == key && TKey.Bit(entry) == bit) return slot;
        }
    }

    /// <summary>Adds a slot whose key nobody has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(int slot)
    {
        if ((_count + 1) * 5L > _cells.Length * 4L) Grow(_cells.Length * 2);
        Place(slot);
        _count++;
    }

    /// <summary>Removes a slot; its entry must still have the key it was added with.</summary>
    public void Remove(int slot)
    {
        int i = HomeOf(slot);
        while ((_cells[i] & SlotMask) != (uint)slot + 1)
        {
            if (_cells[i] == 0) return;
            i = Next(i);
        }

        _count--;

        // Whatever stands behind the hole and could stand in it moves up, so that no search stops too early.
        for (int j = Next(i); _cells[j] != 0; j = Next(j))
        {
            int home = HomeOf((int)(_cells[j] & SlotMask) - 1);
            if (((j - home) & (_cells.Length - 1)) < ((j - i) & (_cells.Length - 1))) continue;
            _cells[i] = _cells[j];
            i = j;
        }

        _cells[i] = 0;
    }

    /// <summary>Makes room for so many, at once.</summary>
    public void Reserve(int count)
    {
        long capacity = _cells.Length;
        while (count * 5L > capacity * 4L) capacity *= 2;
        if (capacity > _cells.Length) Grow((int)capacity);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Grow(int capacity)
    {
        uint[] old = _cells;
        _cells = new uint[capacity];
        foreach (uint cell in old)
        {
            if (cell != 0) Place((int)(cell & SlotMask) - 1);
        }
    }

    private void Place(int slot)
    {
        ref readonly ActionEntry entry = ref entries[slot];
        ulong hash = Hash(TKey.Key(entry), TKey.Bit(entry));
        int i = Home(hash);
        while (_cells[i] != 0) i = Next(i);
        _cells[i] = ((uint)slot + 1) | Tag(hash);
    }

    private int HomeOf(int slot)
    {
        ref readonly ActionEntry entry = ref entries[slot];
        return Home(Hash(TKey.Key(entry), TKey.Bit(entry)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Next(int i) => (i + 1) & (_cells.Length - 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Home(ulong hash) => (int)(hash >> 32) & (_cells.Length - 1);

    private static uint Tag(ulong hash) => (uint)hash & ~SlotMask;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Hash(ulong key, bool bit)
    {
        ulong high = Math.BigMul(key ^ (bit ? 0xD6E8_FEB8_6659_FD93 : 0), 0x9E37_79B9_7F4A_7C15, out ulong low);
        return high ^ low;
    }
}
