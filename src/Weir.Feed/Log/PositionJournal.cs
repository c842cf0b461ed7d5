using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Weir.Feed.Disks;

namespace Weir.Feed.Log;

/// <summary>
/// The file in which the positions of all consumers in all topics stand: a header, then commits of changes one behind the other, each
/// chained to the one before by its checksum. Written by any process under the feed's short lock, read by all without one. Format:
/// docs/feed-log.md.
/// </summary>
internal sealed class PositionJournal(FeedDirectory directory, LogEngineOptions options)
{
    public const int FirstCommitAt = MarkAt + MarkBytes;

    private const int HeaderBytes = 64;
    private const int MarkAt = 64;
    private const int MarkBytes = 40;
    private const int CommitHeaderBytes = 16;
    private const int EntryBytes = 24;
    private const uint Version = 1;
    private const ulong HeaderMagic = 0x0053_4f50_5249_4557; // "WEIRPOS" and a NUL
    private const uint MarkMagic = 0x4544_5057; // "WPDE"
    private const uint CommitMagic = 0x4d43_5057; // "WPCM"

    private PositionMap _map = new();
    private ulong _salt;
    private ulong _ownedSalt;
    private long _end;
    private uint _chain;
    private bool _isDamaged;
    private byte[] _buffer = new byte[4096];

    /// <summary>The positions as they were at the last <see cref="Refresh"/>.</summary>
    public PositionMap Map => _map;

    private string Path => System.IO.Path.Combine(directory.Root, FeedDirectory.PositionsName);

    /// <summary>Reads what others have written.</summary>
    public void Refresh()
    {
        using IDiskFile? file = directory.Disk.OpenRead(Path);
        if (file is null)
        {
            Reset(0, isDamaged: false);
            return;
        }

        if (ReadHeader(file) is not { } salt)
        {
            if (!_isDamaged) FeedLog.MarkDamaged(options.Logger, Path);
            Reset(0, isDamaged: true);
            return;
        }

        if (salt != _salt || _isDamaged) Reset(salt, isDamaged: false);
        ReadCommits(file);
    }

    /// <summary>
    /// Makes changes, in order, durable and visible. Called under the feed's short lock, after <see cref="Refresh"/>. Where that lock's
    /// last holder failed or was killed, what it wrote is written again in place first: after a failed flush the kernel holds pages as
    /// clean that never reached the disk.
    /// </summary>
    public void Commit(IReadOnlyList<PositionChange> changes)
    {
        byte[] payload = Encode(changes);
        bool isTooLarge = _end + CommitHeaderBytes + payload.Length > Math.Max(options.PositionJournalBytes, 4 * _map.SizeBytes);
        if (_salt == 0 || _isDamaged || isTooLarge)
        {
            Rewrite(changes);
            return;
        }

        if (_salt != _ownedSalt)
        {
            // Somebody else made this file, and may have been killed before its name was durable.
            directory.Disk.SyncDirectory(directory.Root);
            _ownedSalt = _salt;
        }

        using IDiskFile file = directory.Disk.OpenWrite(Path);
        long from = DurableEnd(file);
        if (changes.Count == 0 && from == _end) return;
        int again = (int)(_end - from);
        int commit = changes.Count == 0 ? 0 : CommitHeaderBytes + payload.Length;
        byte[] bytes = new byte[again + commit];
        if (again > 0 && file.Read(bytes.AsSpan(0, again), from) != again) throw new IOException($"{Path} became shorter while it was locked.");
        uint chain = commit > 0 ? Seal(bytes.AsSpan(again), payload, _salt, _end, _chain) : _chain;
        file.Write(bytes, from);
        FeedMetrics.Flush(file, FeedMetrics.Positions);
        WriteMark(file, _salt, from + bytes.Length);
        _end += commit;
        _chain = chain;
        _map.Apply(changes);
        FeedMetrics.Acknowledged(changes.Count);
    }

    /// <summary>What is wrong with the file, in words; null when nothing is, or there is none.</summary>
    public string? FindDamage()
    {
        Refresh();
        if (_isDamaged) return "the file of the consumers' positions is damaged; they are given again what they have acknowledged";
        using IDiskFile? file = directory.Disk.OpenRead(Path);
        if (file is null) return null;
        Span<byte> mark = stackalloc byte[MarkBytes];
        if (!TryReadMark(file, mark)) return "the mark of what is durable of the consumers' positions is damaged; the next writer writes it again";
        return BinaryPrimitives.ReadInt64LittleEndian(mark[8..]) > _end
            ? "consumers' positions are damaged; they are given again what they have acknowledged since the last one that can be read" : null;
    }

    private void Reset(ulong salt, bool isDamaged)
    {
        _map = new();
        _salt = salt;
        _end = FirstCommitAt;
        _chain = 0;
        _isDamaged = isDamaged;
    }

    private static ulong? ReadHeader(IDiskFile file)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (file.Read(header, 0) != HeaderBytes || BinaryPrimitives.ReadUInt64LittleEndian(header) != HeaderMagic) return null;
        uint crc = BinaryPrimitives.ReadUInt32LittleEndian(header[12..]);
        header.Slice(12, 4).Clear();
        if (Crc32C.Compute(header) != crc) return null;
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        if (version > Version) throw new FeedException($"The feed's positions have version {version}; this program knows versions up to {Version}. Use the Weir that wrote them, or a newer one.");
        return BinaryPrimitives.ReadUInt64LittleEndian(header[16..]);
    }

    private void ReadCommits(IDiskFile file)
    {
        Span<byte> header = stackalloc byte[CommitHeaderBytes];
        long length = file.Length;
        while (_end + CommitHeaderBytes <= length && file.Read(header, _end) == CommitHeaderBytes)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(header) != CommitMagic) return;
            int size = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
            if (size < 0 || _end + CommitHeaderBytes + size > length) return;
            int whole = CommitHeaderBytes + size;
            if (_buffer.Length < whole) _buffer = new byte[whole];
            if (file.Read(_buffer.AsSpan(0, whole), _end) != whole) return;
            ReadOnlySpan<byte> commit = _buffer.AsSpan(0, whole);
            uint crc = BinaryPrimitives.ReadUInt32LittleEndian(commit[4..]);
            if (crc != Crc32C.Compute(commit[8..], Key(_salt, _end, _chain))) return;
            if (Decode(commit[CommitHeaderBytes..]) is not { } changes) return;
            _map.Apply(changes);
            _end += whole;
            _chain = crc;
        }
    }

    /// <summary>A new file with everything in one commit, filled up with zeros so that what follows needs no more room, nor a flush of the file's length.</summary>
    private void Rewrite(IReadOnlyList<PositionChange> changes)
    {
        PositionMap map = _map.Clone();
        map.Apply(changes);
        byte[] payload = Encode(map.All());
        ulong salt = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8)) | 1;
        int used = FirstCommitAt + CommitHeaderBytes + payload.Length;
        long size = options.PositionJournalBytes == 0 ? used : Math.Max(options.PositionJournalBytes, 4 * map.SizeBytes);
        byte[] bytes = new byte[Math.Max(used, (int)Math.Min(size, int.MaxValue / 4))];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, HeaderMagic);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), Version);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(16), salt);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), Crc32C.Compute(bytes.AsSpan(0, HeaderBytes)));
        uint chain = Seal(bytes.AsSpan(FirstCommitAt), payload, salt, FirstCommitAt, 0);
        string temporary = Path + SmallFile.TemporarySuffix;
        using (IDiskFile file = directory.Disk.OpenWrite(temporary))
        {
            file.Truncate(0);
            try
            {
                file.Write(bytes, 0);
            }
            catch (DiskFullException) when (used < bytes.Length)
            {
                file.Truncate(0);
                file.Write(bytes.AsSpan(0, used), 0);
            }

            WriteMark(file, salt, used);
            file.Sync();
        }

        directory.Disk.Rename(temporary, Path);
        directory.Disk.SyncDirectory(directory.Root);
        _map = map;
        _salt = salt;
        _ownedSalt = salt;
        _end = used;
        _chain = chain;
        _isDamaged = false;
    }

    /// <summary>
    /// Up to where everything is on stable storage: what was flushed once stays so, whichever writer of whichever boot said it. What stands
    /// behind may be what a flush of this boot failed to write.
    /// </summary>
    private long DurableEnd(IDiskFile file)
    {
        Span<byte> mark = stackalloc byte[MarkBytes];
        return TryReadMark(file, mark) ? Math.Clamp(BinaryPrimitives.ReadInt64LittleEndian(mark[8..]), FirstCommitAt, _end) : FirstCommitAt;
    }

    private bool TryReadMark(IDiskFile file, Span<byte> mark) =>
        file.Read(mark, MarkAt) == MarkBytes && BinaryPrimitives.ReadUInt32LittleEndian(mark) == MarkMagic
        && BinaryPrimitives.ReadUInt32LittleEndian(mark[4..]) == Crc32C.Compute(mark[8..]) && BinaryPrimitives.ReadUInt64LittleEndian(mark[16..]) == _salt;

    /// <summary>Says up to where everything is durable. Not flushed: an older one is true as well, and only lets more be written again.</summary>
    private void WriteMark(IDiskFile file, ulong salt, long end)
    {
        Span<byte> mark = stackalloc byte[MarkBytes];
        mark.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(mark, MarkMagic);
        BinaryPrimitives.WriteInt64LittleEndian(mark[8..], end);
        BinaryPrimitives.WriteUInt64LittleEndian(mark[16..], salt);
        BinaryPrimitives.WriteUInt32LittleEndian(mark[4..], Crc32C.Compute(mark[8..]));
        file.Write(mark, MarkAt);
    }

    private static uint Seal(Span<byte> at, ReadOnlySpan<byte> payload, ulong salt, long offset, uint chain)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(at, CommitMagic);
        BinaryPrimitives.WriteInt32LittleEndian(at[8..], payload.Length);

        // So that what an earlier, torn write left behind this commit never continues it.
        BinaryPrimitives.WriteUInt32LittleEndian(at[12..], BinaryPrimitives.ReadUInt32LittleEndian(RandomNumberGenerator.GetBytes(4)));
        payload.CopyTo(at[CommitHeaderBytes..]);
        uint crc = Crc32C.Compute(at[8..(CommitHeaderBytes + payload.Length)], Key(salt, offset, chain));
        BinaryPrimitives.WriteUInt32LittleEndian(at[4..], crc);
        return crc;
    }

    private static uint Key(ulong salt, long offset, uint chain) => (uint)(((salt ^ (ulong)offset) * 0x9E37_79B9_7F4A_7C15) >> 32) ^ chain;

    private static byte[] Encode(IEnumerable<PositionChange> changes)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>(1024);
        foreach (PositionChange change in changes)
        {
            int topic = Encoding.UTF8.GetByteCount(change.Topic), consumer = Encoding.UTF8.GetByteCount(change.Consumer ?? "");
            Span<byte> entry = output.GetSpan(EntryBytes + topic + consumer)[..(EntryBytes + topic + consumer)];
            entry[..EntryBytes].Clear();
            entry[0] = (byte)(change.Consumer is null ? 2 : change.Position is null ? 1 : 0);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], (ushort)topic);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[4..], (ushort)consumer);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], change.Position?.Milliseconds ?? 0);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[16..], change.Position?.Sequence ?? 0);
            Encoding.UTF8.GetBytes(change.Topic, entry[EntryBytes..]);
            Encoding.UTF8.GetBytes(change.Consumer ?? "", entry[(EntryBytes + topic)..]);
            output.Advance(entry.Length);
        }

        return output.WrittenSpan.ToArray();
    }

    private static List<PositionChange>? Decode(ReadOnlySpan<byte> payload)
    {
        var changes = new List<PositionChange>();
        while (!payload.IsEmpty)
        {
            if (payload.Length < EntryBytes) return null;
            int topic = BinaryPrimitives.ReadUInt16LittleEndian(payload[2..]), consumer = BinaryPrimitives.ReadUInt16LittleEndian(payload[4..]);
            int length = EntryBytes + topic + consumer;
            if (payload[0] > 2 || payload.Length < length) return null;
            var position = new RecordId(BinaryPrimitives.ReadUInt64LittleEndian(payload[8..]), BinaryPrimitives.ReadUInt64LittleEndian(payload[16..]));
            changes.Add(new(
                Encoding.UTF8.GetString(payload.Slice(EntryBytes, topic)),
                payload[0] == 2 ? null : Encoding.UTF8.GetString(payload.Slice(EntryBytes + topic, consumer)),
                payload[0] == 0 ? position : null));
            payload = payload[length..];
        }

        return changes;
    }
}
