using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Weir.Feed;
using Weir.Feed.Disks;
using Weir.Hsm.Live;

namespace Weir.Hsm.Shipping.Snapshots;

/// <summary>Writes a snapshot beside its place and then puts it there, so that there is always a whole one.</summary>
internal sealed class SnapshotWriter
{
    public const string TemporarySuffix = ".tmp";

    private const int BufferBytes = 64 * 1024;

    private readonly IDiskFile _file;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _buffered;
    private long _offset;

    private SnapshotWriter(IDiskFile file) => _file = file;

    /// <returns>The file's size in bytes.</returns>
    /// <exception cref="IOException">It could not be written; the one before is still there.</exception>
    public static long Write(IDisk disk, string path, ShipSnapshot snapshot)
    {
        string directory = Path.GetDirectoryName(path) ?? "/";
        disk.CreateDirectory(directory);
        string temporary = path + TemporarySuffix;
        long size;
        using (IDiskFile file = disk.OpenWrite(temporary))
        {
            file.Truncate(0);
            size = new SnapshotWriter(file).Write(snapshot);
            file.Sync();
        }

        disk.Rename(temporary, path);
        disk.SyncDirectory(directory);
        return size;
    }

    private long Write(ShipSnapshot snapshot)
    {
        byte[] manifest = Manifest(snapshot);
        _offset = SnapshotLayout.HeaderBytes;
        Put(manifest);
        foreach (TopicSnapshot topic in snapshot.Topics)
        {
            foreach (MdtSnapshot mdt in topic.Mdts) PutSection(mdt.Entries);
        }

        Flush();
        Span<byte> header = stackalloc byte[SnapshotLayout.HeaderBytes];
        header.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(header[SnapshotLayout.MagicAt..], SnapshotLayout.Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(header[SnapshotLayout.VersionAt..], SnapshotLayout.Version);
        BinaryPrimitives.WriteInt32LittleEndian(header[SnapshotLayout.EntryBytesAt..], Marshal.SizeOf<ActionEntry>());
        BinaryPrimitives.WriteInt64LittleEndian(header[SnapshotLayout.FileLengthAt..], _offset);
        BinaryPrimitives.WriteInt32LittleEndian(header[SnapshotLayout.ManifestLengthAt..], manifest.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[SnapshotLayout.ManifestCrcAt..], Crc32C.Compute(manifest));
        BinaryPrimitives.WriteUInt32LittleEndian(header[SnapshotLayout.HeaderCrcAt..], Crc32C.Compute(header[..SnapshotLayout.HeaderCrcAt]));
        _file.Write(header, 0);
        return _offset;
    }

    private static byte[] Manifest(ShipSnapshot snapshot)
    {
        using var stream = new MemoryStream();
        using var manifest = new BinaryWriter(stream, Encoding.UTF8);
        manifest.Write(snapshot.FeedAddress);
        manifest.Write(snapshot.Prefix);
        manifest.Write((byte)snapshot.Layout);
        manifest.Write(snapshot.Topics.Count);
        foreach (TopicSnapshot topic in snapshot.Topics)
        {
            manifest.Write(topic.Name);
            Write(manifest, topic.LastId);
            Write(manifest, topic.FirstId);
            manifest.Write(topic.Mdts.Count);
            foreach (MdtSnapshot mdt in topic.Mdts)
            {
                manifest.Write(mdt.Name.Length);
                manifest.Write(mdt.Name);
                manifest.Write(mdt.Path is not null);
                manifest.Write(mdt.Path ?? "");
                manifest.Write(mdt.Entries.Slots);
                manifest.Write(mdt.Entries.Live);
                manifest.Write(mdt.Entries.First);
                manifest.Write(mdt.Entries.FirstFree);
                manifest.Write(mdt.Entries.OddTexts.Count);
            }
        }

        manifest.Flush();
        return stream.ToArray();
    }

    private void PutSection(EntryTable entries)
    {
        uint crc = 0;
        for (int at = 0; at < entries.Slots; at += EntryTable.ChunkEntries)
        {
            int count = Math.Min(EntryTable.ChunkEntries, entries.Slots - at);
            crc = Put(MemoryMarshal.AsBytes(entries.Chunk(at >> EntryTable.ChunkBits)[..count]), crc);
        }

        for (int at = 0; at < entries.Slots; at += EntryTable.ChunkEntries)
        {
            int count = Math.Min(EntryTable.ChunkEntries, entries.Slots - at);
            crc = Put(MemoryMarshal.AsBytes(entries.DigestChunk(at >> EntryTable.ChunkBits)[..count]), crc);
        }

        foreach ((int slot, OddTexts texts) in entries.OddTexts)
        {
            crc = PutNumber(slot, crc);
            crc = PutText(texts.Fid, crc);
            crc = PutText(texts.Action, crc);
            crc = PutText(texts.Status, crc);
        }

        PutNumber((int)crc, 0);
    }

    private uint PutText(byte[]? text, uint crc)
    {
        crc = PutNumber(text?.Length ?? -1, crc);
        return text is null ? crc : Put(text, crc);
    }

    private uint PutNumber(int number, uint crc)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        return Put(bytes, crc);
    }

    /// <returns>The checksum of what the other covers and these bytes.</returns>
    private uint Put(ReadOnlySpan<byte> bytes, uint crc = 0)
    {
        if (bytes.Length > BufferBytes - _buffered) Flush();
        if (bytes.Length <= BufferBytes)
        {
            bytes.CopyTo(_buffer.AsSpan(_buffered));
            _buffered += bytes.Length;
        }
        else
        {
            _file.Write(bytes, _offset);
        }

        _offset += bytes.Length;
        return Crc32C.Compute(bytes, crc);
    }

    private void Flush()
    {
        if (_buffered > 0) _file.Write(_buffer.AsSpan(0, _buffered), _offset - _buffered);
        _buffered = 0;
    }

    private static void Write(BinaryWriter manifest, RecordId id)
    {
        manifest.Write(id.Milliseconds);
        manifest.Write(id.Sequence);
    }
}
