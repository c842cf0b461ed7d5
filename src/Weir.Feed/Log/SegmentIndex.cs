using System.Buffers.Binary;
using Weir.Feed.Disks;

namespace Weir.Feed.Log;

/// <summary>One step of the sparse index: where a frame stands and how many stand before it.</summary>
/// <param name="Id">The frame's id; in the closing entry the segment's last id.</param>
/// <param name="Offset">Where it starts; in the closing entry the end of the segment.</param>
/// <param name="Ordinal">Frames before it in the segment.</param>
internal readonly record struct IndexEntry(RecordId Id, long Offset, long Ordinal);

/// <summary>
/// The sparse index beside a segment: entries of 40 bytes, one about every 256 KiB, and a closing one when the segment is
/// sealed. It is derived and never flushed: an entry that is damaged ends it, and what it does not say is scanned for.
/// </summary>
internal sealed class SegmentIndex
{
    public const int EntryBytes = 40;

    private const int MaxEntries = 1 << 20;
    private readonly IndexEntry[] _entries;

    private SegmentIndex(IndexEntry[] entries) => _entries = entries;

    public IReadOnlyList<IndexEntry> Entries => _entries;

    /// <summary>The last entry; offset and ordinal of the segment's start when there is none.</summary>
    public IndexEntry Last => _entries.Length > 0 ? _entries[^1] : new(RecordId.Zero, SegmentHeader.Bytes, 0);

    public static SegmentIndex Load(IDisk disk, string path, ulong salt)
    {
        using IDiskFile? file = disk.OpenRead(path);
        if (file is null) return new([]);
        int length = (int)Math.Min(file.Length, (long)MaxEntries * EntryBytes);
        var bytes = new byte[length];
        length = file.Read(bytes, 0);
        var entries = new List<IndexEntry>(length / EntryBytes);
        for (int at = 0; at + EntryBytes <= length; at += EntryBytes)
        {
            if (!TryRead(bytes.AsSpan(at, EntryBytes), salt, entries.Count, out IndexEntry entry)) break;
            if (entries.Count > 0 && (entry.Offset <= entries[^1].Offset || entry.Ordinal <= entries[^1].Ordinal || entry.Id < entries[^1].Id)) break;
            entries.Add(entry);
        }

        return new([.. entries]);
    }

    /// <summary>The last entry whose frame is not above <paramref name="id"/>; the segment's start when there is none.</summary>
    public IndexEntry Floor(RecordId id)
    {
        int low = 0;
        int high = _entries.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_entries[middle].Id <= id) low = middle + 1;
            else high = middle;
        }

        return low > 0 ? _entries[low - 1] : new(RecordId.Zero, SegmentHeader.Bytes, 0);
    }

    public static void Write(IDiskFile file, int slot, ulong salt, IndexEntry entry)
    {
        Span<byte> bytes = stackalloc byte[EntryBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, entry.Id.Milliseconds);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], entry.Id.Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], entry.Offset);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], entry.Ordinal);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[32..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[36..], Crc32C.Compute(bytes[..36], Frame.Seed(salt, slot)));
        file.Write(bytes, (long)slot * EntryBytes);
    }

    private static bool TryRead(ReadOnlySpan<byte> bytes, ulong salt, int slot, out IndexEntry entry)
    {
        entry = new(
            new(BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..])),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]));
        return Crc32C.Compute(bytes[..36], Frame.Seed(salt, slot)) == BinaryPrimitives.ReadUInt32LittleEndian(bytes[36..]);
    }
}
