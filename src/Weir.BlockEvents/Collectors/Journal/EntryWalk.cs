using System.Runtime.CompilerServices;

namespace Weir.BlockEvents.Collectors.Journal;

/// <summary>
/// Walks the entries of a journal file in their order, by the chain of entry arrays. Where the chain is damaged, the rest of the file is
/// searched for entries, so that what is intact is not lost.
/// </summary>
internal sealed class EntryWalk(FileWindows windows, JournalObjects objects)
{
    private const int MostDamagedItems = 8;

    private long _array;
    private long _capacity;
    private long _next;
    private long _index;
    private long _before;
    private ulong _after;
    private long _lastEntry;
    private int _damagedItems;
    private long _scanAt;

    /// <summary>Entries, or links to them, that could not be read.</summary>
    public long DamagedCount { get; private set; }

    private bool IsScanning => _scanAt > 0;

    /// <summary>Goes behind the last entry with at most this number.</summary>
    public void SeekAfter(ulong sequence, in JournalHeader header)
    {
        _after = sequence;
        while (TryEnter(header))
        {
            long used = Math.Min(_capacity, header.EntryCount - _before);
            if (used <= 0 || objects.SequenceAt(objects.ArrayItem(_array, used - 1)) is var last && (last == 0 || last > sequence || used < _capacity || _next == 0)) break;
            Leave();
        }

        if (IsScanning || _array == 0) return;
        (long low, long high) = (0, Math.Min(_capacity, header.EntryCount - _before));
        while (low < high)
        {
            long middle = low + ((high - low) / 2);
            ulong there = objects.SequenceAt(objects.ArrayItem(_array, middle));
            if (there != 0 && there <= sequence) low = middle + 1;
            else high = middle;
        }

        _index = low;
    }

    /// <summary>Where the next entry is; 0 when there is none yet.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public long Next(in JournalHeader header)
    {
        while (!IsScanning && _before + _index < header.EntryCount)
        {
            if (!TryEnter(header)) break;
            if (_index == _capacity)
            {
                if (!HasNext(header)) return 0;
                Leave();
                continue;
            }

            long entry = objects.ArrayItem(_array, _index);
            if (entry == 0 && !HasNext(header)) return 0;
            _index++;
            ulong sequence = objects.SequenceAt(entry);
            if (sequence == 0)
            {
                DamagedCount++;
                if (++_damagedItems < MostDamagedItems) continue;
                _scanAt = ScanStart(header);
                break;
            }

            _damagedItems = 0;
            _lastEntry = Math.Max(_lastEntry, entry);
            // A number that is damaged must not hide the entries behind it.
            if (sequence > _after) return entry;
        }

        return IsScanning ? Scan(header) : 0;
    }

    /// <summary>Entries lie in the file in their order: what was given lies before the last of them.</summary>
    private long ScanStart(in JournalHeader header) =>
        objects.SizeOf(_lastEntry, JournalObject.Entry, out _) is > 0 and var size ? (_lastEntry + size + 7) & ~7L : Math.Max(_lastEntry + 8, header.HeaderSize);

    private bool TryEnter(in JournalHeader header)
    {
        if (_array != 0) return true;
        long array = _before == 0 ? header.EntryArrayOffset : _next;
        if (array == 0) return false;
        if (objects.TryReadArray(array, header.TailObjectOffset, out _capacity, out _next) && _capacity > 0 && (_next == 0 || _next > array))
        {
            _array = array;
            return true;
        }

        DamagedCount++;
        _scanAt = ScanStart(header);
        return false;
    }

    /// <summary>Whether another array follows. One that was the last when it was entered may be followed by another by now.</summary>
    private bool HasNext(in JournalHeader header)
    {
        if (_next == 0 && objects.TryReadArray(_array, header.TailObjectOffset, out _, out long next) && next > _array) _next = next;
        return _next != 0;
    }

    private void Leave()
    {
        _before += _capacity;
        _index = 0;
        _array = 0;
    }

    /// <summary>Looks at every object that may begin here, and behind one that makes no sense at the next place where one could.</summary>
    private long Scan(in JournalHeader header)
    {
        long size = windows.SizeBytes;
        while (_scanAt + JournalObjects.HeaderBytes <= size)
        {
            ReadOnlySpan<byte> bytes = windows.Read(_scanAt, JournalObjects.HeaderBytes);
            long length = bytes.Length < JournalObjects.HeaderBytes ? 0 : System.Buffers.Binary.BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]);
            byte kind = bytes.Length == JournalObjects.HeaderBytes ? bytes[0] : (byte)0;
            // A size that is damaged would lead past what is intact: an object ends where another begins.
            bool isPlausible = kind is >= 1 and <= 7 && length >= JournalObjects.HeaderBytes && length <= size - _scanAt
                && (_scanAt >= header.TailObjectOffset || objects.IsObject((_scanAt + length + 7) & ~7L));
            long entry = _scanAt;
            _scanAt += isPlausible ? (length + 7) & ~7L : 8;
            if (!isPlausible) continue;
            if (kind == (byte)JournalObject.Entry && objects.SequenceAt(entry) is var sequence && sequence > _after && sequence <= header.TailSequence) return entry;
        }

        return 0;
    }
}
