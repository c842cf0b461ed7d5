using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Weir.BlockEvents.Collectors.Journal;

/// <summary>The kinds of objects in a journal file that matter here.</summary>
internal enum JournalObject : byte
{
    Data = 1,
    Entry = 3,
    EntryArray = 6,
}

/// <summary>Reads the objects of a journal file and believes none of their sizes and links. Format: https://systemd.io/JOURNAL_FILE_FORMAT.</summary>
internal sealed class JournalObjects(FileWindows windows, bool isCompact)
{
    /// <summary>The bytes of an object before what its kind adds.</summary>
    public const int HeaderBytes = 16;

    /// <summary>The bytes of an entry before its items.</summary>
    public const int EntryBytes = 64;

    private const int ArrayBytes = 24;
    private const int EntryCountAt = 56;
    private const long MaxObjectBytes = 1L << 30;

    /// <summary>Bytes of a data object before its payload.</summary>
    public int DataBytes { get; } = isCompact ? 72 : 64;

    /// <summary>Bytes of one item of an entry.</summary>
    public int ItemBytes { get; } = isCompact ? 4 : 16;

    private int ArrayItemBytes { get; } = isCompact ? 4 : 8;

    /// <summary>An object's size in bytes; -1 when there is no object of this kind at this place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public long SizeOf(long offset, JournalObject kind, out byte flags)
    {
        flags = 0;
        if (offset < JournalHeader.Bytes || (offset & 7) != 0) return -1;
        ReadOnlySpan<byte> header = windows.Read(offset, HeaderBytes);
        if (header.Length < HeaderBytes || header[0] != (byte)kind) return -1;
        flags = header[1];
        long size = BinaryPrimitives.ReadInt64LittleEndian(header[8..]);
        int least = kind switch { JournalObject.Data => DataBytes, JournalObject.Entry => EntryBytes, _ => ArrayBytes };
        return size >= least && size <= MaxObjectBytes ? size : -1;
    }

    /// <summary>How many entries an array has room for and where the next is (0: nowhere); false when there is no array, or its size is not what it was.</summary>
    public bool TryReadArray(long offset, long tailObject, out long capacity, out long next)
    {
        (capacity, next) = (0, 0);
        long size = SizeOf(offset, JournalObject.EntryArray, out _);
        if (size < 0 || (offset < tailObject && !IsObject((offset + size + 7) & ~7L))) return false;
        ReadOnlySpan<byte> link = windows.Read(offset + HeaderBytes, 8);
        if (link.Length < 8) return false;
        next = BinaryPrimitives.ReadInt64LittleEndian(link);
        capacity = (size - ArrayBytes) / ArrayItemBytes;
        return true;
    }

    /// <summary>Where an entry of an array is; 0 when it cannot be read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public long ArrayItem(long array, long index)
    {
        ReadOnlySpan<byte> item = windows.Read(array + ArrayBytes + (index * ArrayItemBytes), ArrayItemBytes);
        if (item.Length < ArrayItemBytes) return 0;
        return isCompact ? BinaryPrimitives.ReadUInt32LittleEndian(item) : BinaryPrimitives.ReadInt64LittleEndian(item);
    }

    /// <summary>The sequence number of the entry at this place; 0 when there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ulong SequenceAt(long entry)
    {
        if (SizeOf(entry, JournalObject.Entry, out _) < 0) return 0;
        ReadOnlySpan<byte> bytes = windows.Read(entry + HeaderBytes, 8);
        return bytes.Length < 8 ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    /// <summary>Whether several entries have this data object.</summary>
    public bool IsShared(long data)
    {
        ReadOnlySpan<byte> count = windows.Read(data + EntryCountAt, 8);
        return count.Length == 8 && BinaryPrimitives.ReadInt64LittleEndian(count) > 1;
    }

    /// <summary>Whether an object of any kind may begin at this place.</summary>
    public bool IsObject(long offset)
    {
        ReadOnlySpan<byte> header = windows.Read(offset, HeaderBytes);
        return header.Length == HeaderBytes && header[0] is >= 1 and <= 7 && BinaryPrimitives.ReadInt64LittleEndian(header[8..]) is >= HeaderBytes and <= MaxObjectBytes;
    }

    public long Item(ReadOnlySpan<byte> items, int index) =>
        isCompact ? BinaryPrimitives.ReadUInt32LittleEndian(items[(index * 4)..]) : BinaryPrimitives.ReadInt64LittleEndian(items[(index * 16)..]);
}
