using System.Buffers.Binary;
using System.Buffers.Text;

namespace Weir.BlockEvents.Collectors.Journal;

/// <summary>
/// Reads one file of systemd's journal, forwards. What is damaged is passed over and counted. Format: https://systemd.io/JOURNAL_FILE_FORMAT,
/// with compact files and all compressions. Not thread-safe.
/// </summary>
internal sealed class JournalFile : IDisposable
{
    private const int MaxItems = 1024;
    private const int MaxValueBytes = 64 * 1024;
    private const int CacheSlots = 1 << 13;
    private const int MaxCachedBytes = 256;

    private readonly FileWindows _windows;
    private readonly JournalObjects _objects;
    private readonly EntryWalk _walk;
    private readonly CacheSlot[] _cache = new CacheSlot[CacheSlots];
    private readonly long[] _items = new long[MaxItems];
    private readonly byte[]?[] _values = new byte[(int)JournalField.Json + 1][];
    private byte[] _unpacked = [];
    private byte[] _json = [];
    private JournalHeader _header;

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

    /// <summary>The next entry; false when there is none yet.</summary>
    public bool TryRead(out JournalEntry entry)
    {
        while (_walk.Next(_header) is > 0 and var offset)
        {
            if (TryRead(offset, out entry)) return true;
            UnreadCount++;
        }

        entry = default;
        return false;
    }

    public void Dispose() => _windows.Dispose();

    private bool TryRead(long offset, out JournalEntry entry)
    {
        entry = default;
        long size = _objects.SizeOf(offset, JournalObject.Entry, out _);
        int count = (int)Math.Min(MaxItems, (size - JournalObjects.EntryBytes) / _objects.ItemBytes);
        int length = JournalObjects.EntryBytes + (count * _objects.ItemBytes);
        ReadOnlySpan<byte> bytes = _windows.Read(offset, length);
        if (bytes.Length < length) return false;
        var cursor = new JournalCursor(
            _header.SequenceId, BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]), JournalHeader.Id(bytes[40..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[56..]));
        ReadOnlySpan<byte> items = bytes[JournalObjects.EntryBytes..];
        for (int i = 0; i < count; i++) _items[i] = _objects.Item(items, i);
        Array.Clear(_values);
        long message = 0, json = 0;
        long? monotonic = null;
        for (int i = 0; i < count; i++)
        {
            switch (Look(_items[i], out byte[]? value))
            {
                case JournalField.Message: message = _items[i]; break;
                case JournalField.Json: json = _items[i]; break;
                case JournalField.SourceMonotonic: monotonic = Number(_items[i]); break;
                case JournalField.Other: break;
                case var field: _values[(int)field] = value; break;
            }
        }

        bool isEvent = Value(JournalField.IsPeripety).SequenceEqual("TRUE"u8);
        bool isFromKernel = Value(JournalField.Transport).SequenceEqual("kernel"u8);
        // The event first: it is copied, and the message then lies where it was read.
        ReadOnlySpan<byte> payload = isEvent && json != 0 ? Keep(Payload(json, "JSON="u8.Length, Decompression.MaxBytes)) : default;
        entry = new()
        {
            Cursor = cursor,
            Json = payload,
            Message = message == 0 ? default : Payload(message, "MESSAGE="u8.Length, MaxValueBytes),
            Priority = Value(JournalField.Priority),
            Identifier = Value(JournalField.Identifier),
            Facility = Value(JournalField.Facility),
            Host = Value(JournalField.Host),
            KernelDevice = Value(JournalField.KernelDevice),
            KernelSubsystem = Value(JournalField.KernelSubsystem),
            SourceMonotonic = monotonic,
            IsFromKernel = isFromKernel,
            IsEvent = isEvent,
        };
        return true;
    }

    private ReadOnlySpan<byte> Value(JournalField field) => _values[(int)field];

    private ReadOnlySpan<byte> Keep(ReadOnlySpan<byte> bytes)
    {
        if (_json.Length < bytes.Length) _json = new byte[bytes.Length];
        bytes.CopyTo(_json);
        return _json.AsSpan(0, bytes.Length);
    }

    /// <summary>Which field a data object is. Most are shared by many entries and looked at once.</summary>
    private JournalField Look(long offset, out byte[]? value)
    {
        ref CacheSlot slot = ref _cache[(int)((ulong)offset >> 3) & (CacheSlots - 1)];
        if (slot.Offset == offset)
        {
            value = slot.Value;
            return slot.Field;
        }

        value = null;
        long size = _objects.SizeOf(offset, JournalObject.Data, out byte flags);
        if (size < 0)
        {
            UnreadCount++;
            return JournalField.Other;
        }

        ReadOnlySpan<byte> start = Decompression.IsPacked(flags)
            ? Unpack(offset, flags, size)
            : _windows.Read(offset + _objects.DataBytes, (int)Math.Min(size - _objects.DataBytes, JournalFields.MaxNameBytes + MaxCachedBytes));
        JournalField field = JournalFields.Of(start, out int nameLength);
        if (field is not (JournalField.Message or JournalField.Json or JournalField.SourceMonotonic or JournalField.Other)) value = start[nameLength..].ToArray();
        // What occurs once would only push out what is shared.
        if (field is not (JournalField.Message or JournalField.Json or JournalField.SourceMonotonic)) slot = new() { Offset = offset, Field = field, Value = value };
        return field;
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

    private struct CacheSlot
    {
        public long Offset;
        public JournalField Field;
        public byte[]? Value;
    }
}
