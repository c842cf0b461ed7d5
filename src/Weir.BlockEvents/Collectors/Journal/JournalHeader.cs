using System.Buffers.Binary;

namespace Weir.BlockEvents.Collectors.Journal;

/// <summary>The header of a journal file. Format: https://systemd.io/JOURNAL_FILE_FORMAT.</summary>
internal readonly record struct JournalHeader
{
    /// <summary>How many bytes of it are looked at: those that all versions have.</summary>
    public const int Bytes = 208;

    private const uint KnownFlags = 0x1F; // XZ, LZ4, keyed hash, ZSTD, compact
    private const uint Compact = 16;

    public Guid FileId { get; private init; }

    public Guid SequenceId { get; private init; }

    public bool IsCompact { get; private init; }

    /// <summary>Whether it is finished: no entry will come any more.</summary>
    public bool IsArchived { get; private init; }

    public long HeaderSize { get; private init; }

    /// <summary>Where the last object is.</summary>
    public long TailObjectOffset { get; private init; }

    public long EntryCount { get; private init; }

    public ulong HeadSequence { get; private init; }

    public ulong TailSequence { get; private init; }

    public long EntryArrayOffset { get; private init; }

    public long HeadRealTime { get; private init; }

    public long TailRealTime { get; private init; }

    /// <exception cref="InvalidDataException">It is no journal that can be read; the message says why, without naming the file.</exception>
    public static JournalHeader Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Bytes || !bytes.StartsWith("LPKSHHRH"u8)) throw new InvalidDataException("is no journal file");
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]);
        if ((flags & ~KnownFlags) != 0) throw new InvalidDataException($"is of a newer format (incompatible flags 0x{flags:x})");
        var header = new JournalHeader
        {
            FileId = Id(bytes[24..]),
            SequenceId = Id(bytes[72..]),
            IsCompact = (flags & Compact) != 0,
            IsArchived = bytes[16] == 2,
            HeaderSize = Long(bytes, 88),
            TailObjectOffset = Long(bytes, 136),
            EntryCount = Long(bytes, 152),
            TailSequence = (ulong)Long(bytes, 160),
            HeadSequence = (ulong)Long(bytes, 168),
            EntryArrayOffset = Long(bytes, 176),
            HeadRealTime = Long(bytes, 184),
            TailRealTime = Long(bytes, 192),
        };
        return header.HeaderSize is >= Bytes and <= 4096 && header.EntryCount >= 0 ? header : throw new InvalidDataException("has a damaged header");
    }

    internal static Guid Id(ReadOnlySpan<byte> bytes) => new(bytes[..16], bigEndian: true);

    private static long Long(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);

    /// <summary>Which file has a name now; null when it is none, or has no header yet.</summary>
    public static Guid? ReadFileId(string path)
    {
        const int FileIdAt = 24;
        using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> bytes = stackalloc byte[16];
        return RandomAccess.Read(file, bytes, FileIdAt) == bytes.Length ? Id(bytes) : null;
    }
}
