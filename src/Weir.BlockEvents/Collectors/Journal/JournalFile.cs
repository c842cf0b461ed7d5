using System.Buffers.Binary;
using System.Buffers.Text;
using System.Runtime.CompilerServices;

namespace Weir.BlockEvents.Collectors.Journal;

/// <summary>
/// Reads one file of systemd's journal, forwards. What is damaged is passed over and counted. Format: https://systemd.io/JOURNAL_FILE_FORMAT,
/// with compact files and all compressions. Not thread-safe.
/// </summary>
internal sealed class JournalFile : IDisposable
{
    private const int MaxItems = 1024;
    private const int MaxValueBytes = 64 * 1024;
    private const int MaxKeptBytes = 256;

    private readonly FileWindows _windows;
    private readonly JournalObjects _objects;
    private readonly EntryWalk _walk;
    private readonly SharedData _shared = new();
    private readonly byte[] _entry;
    private readonly byte[]?[] _values = new byte[(int)JournalField.Json + 1][];
    private byte[] _unpacked = [];
    private byte[] _json = [];
    private JournalHeader _header;
    private SharedData.Slot _single;
    private ILineSink? _sink;
    private int _round;
    private long _message;
    private long _jsonAt;
    private long _monotonic;

    /// <exception cref="InvalidDataException">It is no journal that can be read.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public JournalFile(string path)
    {
        Path = path;
        _windows = new(path);
        try
        {
            _header = JournalHeader.Read(_windows.Read(0, JournalHeader.Bytes));
        }
        catch (InvalidDataException problem)
        {
            _windows.Dispose();
            throw new InvalidDataException($"{path} {problem.Message}");
        }

        _objects = new(_windows, _header.IsCompact);
        _entry = new byte[JournalObjects.EntryBytes + (MaxItems * _objects.ItemBytes)];
        _walk = new(_windows, _objects);
    }

    public string Path { get; }

    public JournalHeader Header => _header;

    /// <summary>Entries and fields that could not be read.</summary>
    public long DamagedCount => _walk.DamagedCount + UnreadCount;

    private long UnreadCount { get; set; }

    /// <summary>Goes behind the last entry with at most this number.</summary>
    public void SeekAfter(ulong sequence)
    {
        StartsAfter = sequence;
        _walk.SeekAfter(sequence, _header);
    }

    /// <summary>Entries up to this number are not given.</summary>
    public ulong StartsAfter { get; private set; }

    /// <summary>Looks whether there is more by now.</summary>
    /// <returns>Whether there is.</returns>
    public bool Refresh()
    {
        _windows.Forget();
        JournalHeader now;
        try
        {
            now = JournalHeader.Read(_windows.Read(0, JournalHeader.Bytes));
        }
        catch (InvalidDataException)
        {
            return false;
        }

        bool hasMore = now.EntryCount > _header.EntryCount;
        _header = now;
        return hasMore;
    }

    /// <summary>The number of the entry that was gone to last.</summary>
    public ulong Sequence => BinaryPrimitives.ReadUInt64LittleEndian(_entry.AsSpan(16));

    /// <summary>When it was written, in microseconds since 1970.</summary>
    public long RealTime => BinaryPrimitives.ReadInt64LittleEndian(_entry.AsSpan(24));

    /// <summary>Whether it is wanted; if not it was not read to its end.</summary>
    public bool IsWanted { get; private set; }

    /// <summary>Its place in the journal.</summary>
    public JournalCursor Cursor => new(
        _header.SequenceId, Sequence, JournalHeader.Id(_entry.AsSpan(40)), BinaryPrimitives.ReadUInt64LittleEndian(_entry.AsSpan(32)), (ulong)RealTime,
        BinaryPrimitives.ReadUInt64LittleEndian(_entry.AsSpan(56)));

    /// <summary>From here on programs' lines are wanted as this sink says, which is asked anew; all entries without one.</summary>
    public void Begin(ILineSink? sink)
    {
        _sink = sink;
        _round++;
    }

    /// <summary>Goes to the next entry; false when there is none yet.</summary>
    public bool Next()
    {
        while (_walk.Next(_header) is > 0 and var offset)
        {
            if (Look(offset)) return true;
            UnreadCount++;
        }

        return false;
    }

    /// <summary>Reads the entry that was gone to, if it is wanted. It lives until the next step.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public JournalEntry Read()
    {
        bool isEvent = Value(JournalField.IsPeripety).SequenceEqual("TRUE"u8);
        long? monotonic = _monotonic == 0 ? null : Number(_monotonic);
        // The event first: it is copied, and the message then lies where it was read.
        ReadOnlySpan<byte> payload = isEvent && _jsonAt != 0 ? Keep(Payload(_jsonAt, "JSON="u8.Length, Decompression.MaxBytes)) : default;
        return new()
        {
            Cursor = Cursor,
            Json = payload,
            Message = _message == 0 ? default : Payload(_message, "MESSAGE="u8.Length, MaxValueBytes),
            Priority = Value(JournalField.Priority),
            Identifier = Value(JournalField.Identifier),
            Facility = Value(JournalField.Facility),
            Host = Value(JournalField.Host),
            KernelDevice = Value(JournalField.KernelDevice),
            KernelSubsystem = Value(JournalField.KernelSubsystem),
            SourceMonotonic = monotonic,
            IsFromKernel = Value(JournalField.Transport).SequenceEqual("kernel"u8),
            IsEvent = isEvent,
        };
    }

    public void Dispose() => _windows.Dispose();

    /// <summary>
    /// Finds out what an entry's data objects are, until it is clear that it is not wanted. What is shared by many comes first in an entry, in the order of
    /// the file, so that of most entries nothing else is read. Of a field that is there more than once the first counts, as for libsystemd.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Look(long offset)
    {
        long size = _objects.SizeOf(offset, JournalObject.Entry, out _);
        int count = (int)Math.Min(MaxItems, (size - JournalObjects.EntryBytes) / _objects.ItemBytes);
        int length = JournalObjects.EntryBytes + (count * _objects.ItemBytes);
        ReadOnlySpan<byte> bytes = _windows.Read(offset, length);
        if (bytes.Length < length) return false;
        bytes.CopyTo(_entry);
        ReadOnlySpan<byte> items = _entry.AsSpan(JournalObjects.EntryBytes, length - JournalObjects.EntryBytes);
        Array.Clear(_values);
        (_message, _jsonAt, _monotonic) = (0, 0, 0);
        (bool hasTransport, bool hasIdentifier) = (false, false);
        IsWanted = _sink is null;
        for (int i = 0; i < count; i++)
        {
            long item = _objects.Item(items, i);
            ref SharedData.Slot slot = ref _shared.At(item);
            if (slot.Offset != item) slot = ref ReadData(item, ref slot);
            switch (slot.Field)
            {
                case JournalField.Other: continue;
                case JournalField.Message: _message = _message == 0 ? item : _message; continue;
                case JournalField.Json: _jsonAt = _jsonAt == 0 ? item : _jsonAt; continue;
                case JournalField.SourceMonotonic: _monotonic = _monotonic == 0 ? item : _monotonic; continue;
                case JournalField.Transport when !hasTransport:
                    hasTransport = true;
                    IsWanted |= slot.IsWanted;
                    break;
                case JournalField.Identifier when !hasIdentifier:
                    hasIdentifier = true;
                    if (slot.Round != _round) Ask(ref slot);
                    IsWanted |= slot.IsWanted;
                    break;
            }

            _values[(int)slot.Field] ??= slot.Value;
            if (hasTransport && hasIdentifier && !IsWanted) return true;
        }

        if (!hasIdentifier && !IsWanted) IsWanted = _sink!.Wants(JournalEntry.NoIdentifier);
        return true;
    }

    private void Ask(ref SharedData.Slot slot)
    {
        slot.IsWanted = _sink is null || _sink.Wants(JournalEntry.NameOf(slot.Value));
        slot.Round = _round;
    }

    private ReadOnlySpan<byte> Value(JournalField field) => _values[(int)field];

    private ReadOnlySpan<byte> Keep(ReadOnlySpan<byte> bytes)
    {
        if (_json.Length < bytes.Length) _json = new byte[bytes.Length];
        bytes.CopyTo(_json);
        return _json.AsSpan(0, bytes.Length);
    }

    /// <summary>Finds out which field a data object is.</summary>
    /// <param name="offset">The object's place.</param>
    /// <param name="place">Where it is noted if it is shared.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ref SharedData.Slot ReadData(long offset, ref SharedData.Slot place)
    {
        _single = new() { Offset = offset };
        long size = _objects.SizeOf(offset, JournalObject.Data, out byte flags);
        if (size < 0)
        {
            UnreadCount++;
            return ref _single;
        }

        bool isShared = _objects.IsShared(offset);
        ReadOnlySpan<byte> start = Decompression.IsPacked(flags)
            ? Unpack(offset, flags, size)
            : _windows.Read(offset + _objects.DataBytes, (int)Math.Min(size - _objects.DataBytes, JournalFields.MaxNameBytes + MaxKeptBytes));
        _single.Field = JournalFields.Of(start, out int nameLength);
        bool isKept = _single.Field is not (JournalField.Message or JournalField.Json or JournalField.SourceMonotonic or JournalField.Other);
        if (isKept) _single.Value = start[nameLength..].ToArray();
        if (_single.Field == JournalField.Transport) _single.IsWanted = _single.Value.AsSpan().SequenceEqual("kernel"u8);
        // What occurs once would only push out what is shared.
        if (!isShared) return ref _single;
        place = _single;
        return ref place;
    }

    private long? Number(long offset)
    {
        ReadOnlySpan<byte> digits = Payload(offset, "_SOURCE_MONOTONIC_TIMESTAMP="u8.Length, 24);
        return Utf8Parser.TryParse(digits, out long number, out int read) && read == digits.Length ? number : null;
    }

    private ReadOnlySpan<byte> Payload(long offset, int nameLength, int most)
    {
        long size = _objects.SizeOf(offset, JournalObject.Data, out byte flags);
        if (size < 0) return default;
        if (!Decompression.IsPacked(flags)) return _windows.Read(offset + _objects.DataBytes + nameLength, (int)Math.Clamp(size - _objects.DataBytes - nameLength, 0, most));
        ReadOnlySpan<byte> unpacked = Unpack(offset, flags, size);
        return unpacked.Length < nameLength ? default : unpacked[nameLength..Math.Min(unpacked.Length, nameLength + most)];
    }

    private ReadOnlySpan<byte> Unpack(long offset, byte flags, long size)
    {
        long packed = size - _objects.DataBytes;
        int length = packed > Decompression.MaxBytes ? -1 : Decompression.Unpack(flags, _windows.Read(offset + _objects.DataBytes, (int)packed), ref _unpacked);
        if (length >= 0) return _unpacked.AsSpan(0, length);
        UnreadCount++;
        return default;
    }
}
