using System.Runtime.CompilerServices;
using Weir.Lustre.Changelog;

namespace Weir.Changelogs.Coalescing;

/// <summary>
/// The records of a window in a ring of bytes, in the order in which they came, each behind its <see cref="Slot"/>: taking, giving
/// out and freeing walk through memory in order. A record that is left out keeps its bytes until all older ones are gone.
/// Positions count units of 8 bytes from the ring's start.
/// </summary>
internal sealed unsafe class RecordWindow
{
    private const int UnitBytes = 8;
    private const int None = FileTable.None;

    private readonly byte[] _bytes;
    private readonly byte* _start;
    private readonly int _units;

    /// <summary>Where the ring turned back to its start, because the next record did not fit behind it.</summary>
    private int _turn = int.MaxValue;

    public RecordWindow(int capacityBytes)
    {
        _units = capacityBytes / UnitBytes;
        _bytes = LargeArray.Allocate<byte>(_units * UnitBytes);
        _start = LargeArray.Address(_bytes);
    }

    /// <summary>The oldest record that is still there, gone or not; <see cref="Tail"/> when none is.</summary>
    public int Head { get; private set; }

    /// <summary>Where the next record comes.</summary>
    public int Tail { get; private set; }

    public ref Slot this[int position]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref Unsafe.AsRef<Slot>(At(position));
    }

    /// <summary>Copies the record behind the newest one; <see cref="None"/> when there is no room.</summary>
    public int TryAdd(ChangelogRecord record)
    {
        int units = UnitsOf(record.Length);
        int position = Tail;
        if (Head == Tail)
        {
            Head = position = 0;
            _turn = int.MaxValue;
        }
        else if (Tail < Head)
        {
            if (Head - Tail <= units) return None;
        }
        else if (_units - Tail < units)
        {
            if (Head <= units) return None;
            _turn = Tail;
            position = 0;
        }

        ref Slot slot = ref this[position];
        slot.Length = (ushort)record.Length;
        slot.Type = record.Type;
        slot.State = SlotState.Pending;
        slot.Overwrites = false;
        record.Raw.CopyTo(Bytes(position));
        Tail = position + units;
        return position;
    }

    /// <summary>The position behind a record: of the next one, or <see cref="Tail"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Next(int position)
    {
        int next = position + UnitsOf(this[position].Length);
        return next == _turn ? 0 : next;
    }

    /// <summary>Frees the records at the head that are gone.</summary>
    public void FreeGone()
    {
        while (Head != Tail && this[Head].State == SlotState.Gone)
        {
            int next = Head + UnitsOf(this[Head].Length);
            if (next == _turn)
            {
                next = 0;
                _turn = int.MaxValue;
            }

            Head = next;
        }
    }

    /// <summary>
    /// The next older record of the same file. A link is not mended when what it points to is given out from the head: what lies
    /// there then is free, or newer than the record with the link.
    /// </summary>
    public int OlderOfFile(int position)
    {
        int older = this[position].Older;
        return older != None && Age(older) < Age(position) ? older : None;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ChangelogRecord Record(int position)
    {
        ChangelogRecord.TryParse(Bytes(position), out ChangelogRecord record);
        return record;
    }

    public Span<byte> Bytes(int position) => new(At(position) + Slot.Bytes, this[position].Length);

    /// <summary>Asks for a slot and the start of its record.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Fetch(int position) => CacheHint.Fetch(At(position));

    private static int UnitsOf(int recordBytes) => (Slot.Bytes + recordBytes + UnitBytes - 1) / UnitBytes;

    private int Age(int position) => position >= Head ? position - Head : position - Head + _units;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* At(int position) => _start + (nint)position * UnitBytes;
}
