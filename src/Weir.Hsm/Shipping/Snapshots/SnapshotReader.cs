using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Weir.Feed;
using Weir.Feed.Disks;
using Weir.Hsm.Live;

namespace Weir.Hsm.Shipping.Snapshots;

/// <summary>Reads a snapshot straight into the tables that are worked with. Every byte is covered by a checksum and every number is checked.</summary>
internal sealed class SnapshotReader
{
    private const int BufferBytes = 64 * 1024;

    private readonly IDiskFile _file;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private long _bufferStart;
    private int _buffered;
    private long _offset;

    private SnapshotReader(IDiskFile file) => _file = file;

    /// <returns>The snapshot; null when there is none.</returns>
    /// <exception cref="SnapshotException">There is one, and it cannot be used; the message says why.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static ShipSnapshot? Read(IDisk disk, string path)
    {
        using IDiskFile? file = disk.OpenRead(path);
        if (file is null) return null;
        try
        {
            return new SnapshotReader(file).Read();
        }
        catch (Exception damage) when (damage is EndOfStreamException or FormatException or ArgumentException or OverflowException)
        {
            throw new SnapshotException($"its table of contents cannot be read ({damage.Message})");
        }
    }

    private ShipSnapshot Read()
    {
        int manifestLength = ReadHeader(out uint manifestCrc);
        byte[] bytes = new byte[manifestLength];
        Take(bytes);
        if (Crc32C.Compute(bytes) != manifestCrc) throw new SnapshotException("the checksum of its table of contents is wrong");
        using var manifest = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        string address = manifest.ReadString();
        string prefix = manifest.ReadString();
        var layout = (ActionLayout)manifest.ReadByte();
        int topicCount = Count(manifest.ReadInt32(), manifestLength);
        var topics = new List<TopicSnapshot>(topicCount);
        for (int i = 0; i < topicCount; i++)
        {
            string name = manifest.ReadString();
            RecordId last = ReadId(manifest);
            RecordId first = ReadId(manifest);
            int mdtCount = Count(manifest.ReadInt32(), manifestLength);
            var mdts = new List<MdtSnapshot>(mdtCount);
            for (int j = 0; j < mdtCount; j++) mdts.Add(ReadMdt(manifest, manifestLength));
            topics.Add(new(name, last, first, mdts));
        }

        if (_offset != _file.Length) throw new SnapshotException("there is more in it than it says");
        return new(address, prefix, layout, topics);
    }

    private int ReadHeader(out uint manifestCrc)
    {
        Span<byte> header = stackalloc byte[SnapshotLayout.HeaderBytes];
        Take(header);
        if (BinaryPrimitives.ReadUInt64LittleEndian(header) != SnapshotLayout.Magic) throw new SnapshotException("it is no snapshot of a shipper");
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(header[SnapshotLayout.VersionAt..]);
        if (Crc32C.Compute(header[..SnapshotLayout.HeaderCrcAt]) != BinaryPrimitives.ReadUInt32LittleEndian(header[SnapshotLayout.HeaderCrcAt..]))
            throw new SnapshotException("the checksum of its header is wrong");
        if (version != SnapshotLayout.Version) throw new SnapshotException($"it is of version {version}, and this program knows version {SnapshotLayout.Version}");
        if (BinaryPrimitives.ReadInt32LittleEndian(header[SnapshotLayout.EntryBytesAt..]) != Marshal.SizeOf<ActionEntry>())
            throw new SnapshotException("its entries have another size");
        if (BinaryPrimitives.ReadInt64LittleEndian(header[SnapshotLayout.FileLengthAt..]) != _file.Length)
            throw new SnapshotException("it is shorter or longer than it was when it was written");
        manifestCrc = BinaryPrimitives.ReadUInt32LittleEndian(header[SnapshotLayout.ManifestCrcAt..]);
        int length = BinaryPrimitives.ReadInt32LittleEndian(header[SnapshotLayout.ManifestLengthAt..]);
        return Count(length, SnapshotLayout.MaxManifestBytes);
    }

    private MdtSnapshot ReadMdt(BinaryReader manifest, int limit)
    {
        byte[] name = manifest.ReadBytes(Count(manifest.ReadInt32(), limit));
        if (name.Length == 0) throw new SnapshotException("an MDT in it has no name");
        bool isOurs = manifest.ReadBoolean();
        string path = manifest.ReadString();
        int slots = Count(manifest.ReadInt32(), EntryTable.MaxSlots);
        int live = Count(manifest.ReadInt32(), slots);
        int first = manifest.ReadInt32();
        int firstFree = manifest.ReadInt32();
        int oddTexts = Count(manifest.ReadInt32(), slots);
        if (slots > (_file.Length - _offset) / (Unsafe.SizeOf<ActionEntry>() + LineDigest.Bytes)) throw new SnapshotException("it ends too early");
        var entries = new EntryTable(keepsDigests: true);
        entries.Reserve(slots);
        uint crc = 0;
        int found = 0;
        for (int at = 0; at < slots; at += EntryTable.ChunkEntries)
        {
            Span<ActionEntry> chunk = entries.Chunk(at >> EntryTable.ChunkBits)[..Math.Min(EntryTable.ChunkEntries, slots - at)];
            crc = Take(MemoryMarshal.AsBytes(chunk), crc);
            found += Check(chunk, slots);
        }

        for (int at = 0; at < slots; at += EntryTable.ChunkEntries)
        {
            int count = Math.Min(EntryTable.ChunkEntries, slots - at);
            crc = Take(MemoryMarshal.AsBytes(entries.DigestChunk(at >> EntryTable.ChunkBits)[..count]), crc);
        }

        for (int i = 0; i < oddTexts; i++)
        {
            int slot = TakeNumber(ref crc);
            entries.SetOddTexts(slot, new(TakeText(ref crc), TakeText(ref crc), TakeText(ref crc)));
        }

        uint whole = crc;
        if ((uint)TakeNumber(ref crc) != whole) throw new SnapshotException($"the checksum of the actions of {Encoding.UTF8.GetString(name)} is wrong");
        if (found != live || !IsSlot(first, slots) || !IsSlot(firstFree, slots)) throw new SnapshotException("its entries contradict its table of contents");
        entries.Restore(slots, live, first, firstFree);
        return new(name, isOurs ? path : null, entries);
    }

    /// <summary>Looks the entries through; their links must lead somewhere. Returns how many are in use.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Check(Span<ActionEntry> chunk, int slots)
    {
        int used = 0;
        foreach (ref ActionEntry entry in chunk)
        {
            entry.Seen = 0;
            if (!IsSlot(entry.Next, slots)) throw new SnapshotException("an entry in it leads nowhere");
            used += (int)(entry.Flags & EntryFlags.InUse);
        }

        return used;
    }

    private static bool IsSlot(int slot, int slots) => slot >= -1 && slot < slots;

    private static int Count(int value, int limit) =>
        value >= 0 && value <= limit ? value : throw new SnapshotException("a number in it is too large");

    private static RecordId ReadId(BinaryReader manifest) => new(manifest.ReadUInt64(), manifest.ReadUInt64());

    private byte[]? TakeText(ref uint crc)
    {
        int length = TakeNumber(ref crc);
        if (length == -1) return null;
        byte[] text = new byte[Count(length, SnapshotLayout.MaxTextBytes)];
        crc = Take(text, crc);
        return text;
    }

    private int TakeNumber(ref uint crc)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        crc = Take(bytes, crc);
        return BinaryPrimitives.ReadInt32LittleEndian(bytes);
    }

    /// <returns>The checksum of what the other covers and these bytes.</returns>
    private uint Take(Span<byte> bytes, uint crc = 0)
    {
        if (bytes.Length < BufferBytes) TakeBuffered(bytes);
        else ReadAt(_offset, bytes, bytes.Length);
        _offset += bytes.Length;
        return Crc32C.Compute(bytes, crc);
    }

    private void TakeBuffered(Span<byte> bytes)
    {
        if (_offset + bytes.Length > _bufferStart + _buffered)
        {
            _bufferStart = _offset;
            _buffered = ReadAt(_offset, _buffer, bytes.Length);
        }

        _buffer.AsSpan((int)(_offset - _bufferStart), bytes.Length).CopyTo(bytes);
    }

    /// <summary>Fills the buffer as far as the file goes, which must be so many bytes at least.</summary>
    private int ReadAt(long offset, Span<byte> buffer, int least)
    {
        int read = 0;
        while (read < buffer.Length)
        {
            int more = _file.Read(buffer[read..], offset + read);
            if (more == 0) break;
            read += more;
        }

        return read >= least ? read : throw new SnapshotException("it ends too early");
    }
}
