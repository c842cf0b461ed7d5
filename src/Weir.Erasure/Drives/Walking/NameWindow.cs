using System.Runtime.InteropServices;

namespace Weir.Erasure.Drives.Walking;

/// <summary>
/// The names that the drives of a set have in one directory, each once, with which drives have it: of a directory with more names than fit,
/// the first ones in order, so that a listing of any size takes bounded memory and as many passes as it needs. Names are compared by
/// their bytes.
/// </summary>
internal sealed class NameWindow(int maxNames, byte[]? after)
{
    private const int FirstSlots = 64;

    // Whoever names objects must not be able to choose names that fall together.
    private static readonly ulong Seed = (ulong)Random.Shared.NextInt64();

    private readonly Lock _gate = new();
    private byte[] _bytes = new byte[1024];
    private Entry[] _entries = new Entry[FirstSlots / 2];
    private int[] _slots = new int[FirstSlots];
    private int _usedBytes;
    private bool _isClosed;
    private byte[]? _bound;

    /// <summary>How many names there are.</summary>
    public int Count { get; private set; }

    /// <summary>Whether names after the last one were left out.</summary>
    public bool IsTruncated => _bound is not null;

    /// <summary>Drives whose listing failed: they may have any name.</summary>
    public ushort Failed { get; private set; }

    /// <summary>Drives with shard files of their own in the directory.</summary>
    public ushort WithShards { get; private set; }

    /// <summary>Takes a name of a drive. From any thread.</summary>
    public void Add(ReadOnlySpan<byte> name, int drive)
    {
        lock (_gate)
        {
            if (_isClosed || (after is not null && name.SequenceCompareTo(after) <= 0) || (_bound is not null && name.SequenceCompareTo(_bound) > 0)) return;
            uint hash = Hash(name);
            ref Entry entry = ref Find(name, hash, out bool isNew);
            entry.Drives |= (ushort)(1 << drive);
            if (isNew && Count > maxNames) DropLastHalf();
        }
    }

    public void NoteFailure(int drive)
    {
        lock (_gate)
        {
            if (!_isClosed) Failed |= (ushort)(1 << drive);
        }
    }

    public void NoteShards(int drive)
    {
        lock (_gate)
        {
            if (!_isClosed) WithShards |= (ushort)(1 << drive);
        }
    }

    /// <summary>Ends the taking, and puts the names in order.</summary>
    public void Close()
    {
        lock (_gate)
        {
            if (_isClosed) return;
            _isClosed = true;
            Sort();
            _slots = [];
        }
    }

    /// <summary>A name by its place in the order, after <see cref="Close"/>.</summary>
    public ReadOnlySpan<byte> Name(int index) => _bytes.AsSpan(_entries[index].Offset, _entries[index].Length);

    /// <summary>The drives that have it, and those that could not be asked.</summary>
    public ushort Drives(int index) => (ushort)(_entries[index].Drives | Failed);

    /// <summary>The last name, from which the rest of a truncated directory goes on.</summary>
    public byte[] Last() => Name(Count - 1).ToArray();

    private ref Entry Find(ReadOnlySpan<byte> name, uint hash, out bool isNew)
    {
        int mask = _slots.Length - 1;
        for (int slot = (int)hash & mask; ; slot = slot + 1 & mask)
        {
            int number = _slots[slot];
            if (number == 0)
            {
                isNew = true;
                _slots[slot] = Count + 1;
                return ref Append(name, hash);
            }

            ref Entry entry = ref _entries[number - 1];
            if (entry.Hash != hash || !_bytes.AsSpan(entry.Offset, entry.Length).SequenceEqual(name)) continue;
            isNew = false;
            return ref entry;
        }
    }

    private ref Entry Append(ReadOnlySpan<byte> name, uint hash)
    {
        if (_usedBytes + name.Length > _bytes.Length) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _usedBytes + name.Length));
        name.CopyTo(_bytes.AsSpan(_usedBytes));
        if (Count == _entries.Length)
        {
            Array.Resize(ref _entries, _entries.Length * 2);
            _entries[Count] = new() { Offset = _usedBytes, Length = (ushort)name.Length, Hash = hash };
            _usedBytes += name.Length;
            Count++;
            Rehash(_slots.Length * 2);
            return ref _entries[Count - 1];
        }

        ref Entry entry = ref _entries[Count++];
        entry = new() { Offset = _usedBytes, Length = (ushort)name.Length, Hash = hash };
        _usedBytes += name.Length;
        return ref entry;
    }

    private void Rehash(int slots)
    {
        if (_slots.Length == slots) Array.Clear(_slots);
        else _slots = new int[slots];
        int mask = slots - 1;
        for (int i = 0; i < Count; i++)
        {
            int slot = (int)_entries[i].Hash & mask;
            while (_slots[slot] != 0) slot = slot + 1 & mask;
            _slots[slot] = i + 1;
        }
    }

    private void Sort() => _entries.AsSpan(0, Count).Sort(new ByName(_bytes));

    private void DropLastHalf()
    {
        Sort();
        Count /= 2;
        _bound = Last();
        // The names that are left move together, so that the memory is theirs again.
        byte[] bytes = new byte[_bytes.Length];
        int used = 0;
        foreach (ref Entry entry in _entries.AsSpan(0, Count))
        {
            _bytes.AsSpan(entry.Offset, entry.Length).CopyTo(bytes.AsSpan(used));
            entry.Offset = used;
            used += entry.Length;
        }

        (_bytes, _usedBytes) = (bytes, used);
        Rehash(_slots.Length);
    }

    private static uint Hash(ReadOnlySpan<byte> name)
    {
        ulong hash = Seed ^ ((ulong)name.Length * 0x9E3779B185EBCA87);
        while (name.Length >= 8)
        {
            hash = (System.Numerics.BitOperations.RotateLeft(hash, 27) ^ MemoryMarshal.Read<ulong>(name)) * 0xC2B2AE3D27D4EB4F;
            name = name[8..];
        }

        foreach (byte value in name) hash = (System.Numerics.BitOperations.RotateLeft(hash, 11) ^ value) * 0x165667B19E3779F9;
        return (uint)(hash ^ hash >> 32);
    }

    private struct Entry
    {
        public int Offset;
        public uint Hash;
        public ushort Length;
        public ushort Drives;
    }

    private readonly struct ByName(byte[] bytes) : IComparer<Entry>
    {
        public int Compare(Entry left, Entry right) => bytes.AsSpan(left.Offset, left.Length).SequenceCompareTo(bytes.AsSpan(right.Offset, right.Length));
    }
}
