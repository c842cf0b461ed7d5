using System.Runtime.InteropServices;
using static Weir.Erasure.Drives.Walking.NameMemory;

namespace Weir.Erasure.Drives.Walking;

/// <summary>
/// The names that the drives of a set have in one directory, each once, with which drives have it: of a directory with more names than fit,
/// the first ones in order, so that a listing of any size takes bounded memory and as many passes as it needs. Names are compared by
/// their bytes.
/// </summary>
/// <param name="maxNames">How many fit.</param>
/// <param name="after">Names up to this one are left out; null for none.</param>
/// <param name="memory">What they are kept in, of a window that was released; null for new.</param>
internal sealed class NameWindow(int maxNames, byte[]? after, NameMemory? memory = null)
{
    /// <summary>Bytes of names beyond which some are left out, few as they may be: names have up to 255 bytes.</summary>
    private const int MaxBytes = 4 << 20;

    private const int MinNames = 2;

    // Whoever names objects must not be able to choose names that fall together.
    private static readonly ulong Seed = (ulong)Random.Shared.NextInt64();

    private readonly Lock _gate = new();
    private NameMemory? _memory = memory;
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
            ref Entry entry = ref Find(_memory ??= new(), name, hash, out bool isNew);
            entry.Drives |= (ushort)(1 << drive);
            if (isNew && (Count > maxNames || (_usedBytes > MaxBytes && Count > MinNames))) DropLastHalf(_memory);
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
            if (_memory is not null) Sort(_memory);
        }
    }

    /// <summary>Ends the use of the names, after <see cref="Close"/>; gives what they were kept in.</summary>
    public NameMemory? Release()
    {
        lock (_gate)
        {
            NameMemory? released = _memory;
            _memory = null;
            Count = 0;
            return released;
        }
    }

    /// <summary>A name by its place in the order, after <see cref="Close"/>.</summary>
    public ReadOnlySpan<byte> Name(int index) => NameOf(_memory!, _memory!.Entries[index]);

    /// <summary>The drives that have it, and those that could not be asked.</summary>
    public ushort Drives(int index) => (ushort)(_memory!.Entries[index].Drives | Failed);

    /// <summary>The last name, from which the rest of a truncated directory goes on.</summary>
    public byte[] Last() => Name(Count - 1).ToArray();

    private static ReadOnlySpan<byte> NameOf(NameMemory memory, in Entry entry) => memory.Bytes.AsSpan(entry.Offset, entry.Length);

    private ref Entry Find(NameMemory memory, ReadOnlySpan<byte> name, uint hash, out bool isNew)
    {
        if (Count == 0) Array.Clear(memory.Slots);
        int[] slots = memory.Slots;
        int mask = slots.Length - 1;
        for (int slot = (int)hash & mask; ; slot = slot + 1 & mask)
        {
            int number = slots[slot];
            if (number == 0)
            {
                isNew = true;
                slots[slot] = Count + 1;
                return ref Append(memory, name, hash);
            }

            ref Entry entry = ref memory.Entries[number - 1];
            if (entry.Hash != hash || !NameOf(memory, entry).SequenceEqual(name)) continue;
            isNew = false;
            return ref entry;
        }
    }

    private ref Entry Append(NameMemory memory, ReadOnlySpan<byte> name, uint hash)
    {
        if (_usedBytes + name.Length > memory.Bytes.Length)
        {
            byte[] bytes = memory.Bytes;
            Array.Resize(ref bytes, Math.Max(bytes.Length * 2, _usedBytes + name.Length));
            memory.Bytes = bytes;
        }

        name.CopyTo(memory.Bytes.AsSpan(_usedBytes));
        bool isFull = Count == memory.Entries.Length;
        if (isFull)
        {
            Entry[] entries = memory.Entries;
            Array.Resize(ref entries, entries.Length * 2);
            memory.Entries = entries;
        }

        memory.Entries[Count++] = new() { Offset = _usedBytes, Length = (ushort)name.Length, Hash = hash };
        _usedBytes += name.Length;
        if (isFull) Rehash(memory, memory.Slots.Length * 2);
        return ref memory.Entries[Count - 1];
    }

    private void Rehash(NameMemory memory, int slots)
    {
        if (memory.Slots.Length == slots) Array.Clear(memory.Slots);
        else memory.Slots = new int[slots];
        int mask = slots - 1;
        for (int i = 0; i < Count; i++)
        {
            int slot = (int)memory.Entries[i].Hash & mask;
            while (memory.Slots[slot] != 0) slot = slot + 1 & mask;
            memory.Slots[slot] = i + 1;
        }
    }

    private void Sort(NameMemory memory) => memory.Entries.AsSpan(0, Count).Sort(new ByName(memory.Bytes));

    private void DropLastHalf(NameMemory memory)
    {
        Sort(memory);
        Count /= 2;
        _bound = Last();
        // The names that are left move together, so that the memory is theirs again.
        if (memory.SpareBytes.Length < memory.Bytes.Length) memory.SpareBytes = new byte[memory.Bytes.Length];
        int used = 0;
        foreach (ref Entry entry in memory.Entries.AsSpan(0, Count))
        {
            NameOf(memory, entry).CopyTo(memory.SpareBytes.AsSpan(used));
            entry.Offset = used;
            used += entry.Length;
        }

        (memory.Bytes, memory.SpareBytes) = (memory.SpareBytes, memory.Bytes);
        _usedBytes = used;
        Rehash(memory, memory.Slots.Length);
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

    private readonly struct ByName(byte[] bytes) : IComparer<Entry>
    {
        public int Compare(Entry left, Entry right) => bytes.AsSpan(left.Offset, left.Length).SequenceCompareTo(bytes.AsSpan(right.Offset, right.Length));
    }
}
