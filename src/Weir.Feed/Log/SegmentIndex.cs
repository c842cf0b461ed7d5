using System.Buffers.Binary;
using Weir.Feed.Disks;

namespace Weir.Feed.Log;

/// <summary>One step of the sparse index: where a frame stands and how many stand before it.</summary>
/// <param name="Id">The frame's id; in the closing entry the segment's last id.</param>
/// <param name="Offset">Where it starts; in the closing entry the end of the segment.</param>
/// <param name="Ordinal">Frames before it in the segment.</param>
/// <param name="IsClosing">The segment is sealed and ends here.</param>
internal readonly record struct IndexEntry(RecordId Id, long Offset, long Ordinal, bool IsClosing)
{
    public static IndexEntry Start => new(RecordId.Zero, SegmentHeader.Bytes, 0, IsClosing: false);

    /// <summary>
    /// Whether the segment has what the entry says. An index is written before its frames are durable, so after a power cut, or when
    /// a failed write was cut back, it may name frames that are not there.
    /// </summary>
    public bool Stands(IDiskFile segment, ulong salt)
    {
        if (IsClosing) return segment.Length == Offset;
        Span<byte> header = stackalloc byte[FrameLayout.HeaderBytes];
        return segment.Read(header, Offset) == header.Length && Frame.HeaderIsIntact(header, salt, Offset) && FrameLayout.ReadId(header) == Id;
    }
}

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

    /// <summary>Whether the index says all there is to say about a sealed segment of this length.</summary>
    public bool IsComplete(long segmentBytes) => _entries.Length > 0 && _entries[^1].IsClosing && _entries[^1].Offset == segmentBytes;

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

    /// <summary>The last entry that is not above <paramref name="id"/> and stands; the segment's start when there is none.</summary>
    public IndexEntry Floor(RecordId id, IDiskFile segment, ulong salt)
    {
        int low = 0;
        int high = _entries.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_entries[middle].Id <= id) low = middle + 1;
            else high = middle;
        }

        return LastStanding(low, segment, salt);
    }

    /// <summary>The last entry that speaks of what lies below <paramref name="limit"/> only, and stands; the segment's start when there is none.</summary>
    public IndexEntry Below(long limit, IDiskFile segment, ulong salt)
    {
        int count = _entries.Length;
        while (count > 0 && _entries[count - 1] is var entry && (entry.IsClosing ? entry.Offset > limit : entry.Offset >= limit)) count--;
        return LastStanding(count, segment, salt);
    }

    public static void Write(IDiskFile file, int slot, ulong salt, IndexEntry entry)
    {
        Span<byte> bytes = stackalloc byte[EntryBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, entry.Id.Milliseconds);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], entry.Id.Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], entry.Offset);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], entry.Ordinal);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[32..], entry.IsClosing ? 1u : 0u);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[36..], Crc32C.Compute(bytes[..36], Frame.Seed(salt, slot)));
        file.Write(bytes, (long)slot * EntryBytes);
    }

    private IndexEntry LastStanding(int count, IDiskFile segment, ulong salt)
    {
        while (count > 0 && !_entries[count - 1].Stands(segment, salt)) count--;
        return count > 0 ? _entries[count - 1] : IndexEntry.Start;
    }

    private static bool TryRead(ReadOnlySpan<byte> bytes, ulong salt, int slot, out IndexEntry entry)
    {
        entry = new(
            new(BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..])),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[32..]) == 1);
        return Crc32C.Compute(bytes[..36], Frame.Seed(salt, slot)) == BinaryPrimitives.ReadUInt32LittleEndian(bytes[36..]);
    }
}
