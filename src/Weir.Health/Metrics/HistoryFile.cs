using System.Buffers.Binary;
using System.Text;
using Weir.Feed;

namespace Weir.Health.Metrics;

/// <summary>
/// The file of the history: a ring of slots, each with a checksum of its own. A slot that a crash left half written is a moment that was not
/// measured. Layout, little-endian: a header of 8192 bytes (magic <c>WEIRHIST</c>, u32 version, u32 columns, i64 step in ms, u32 slots, u32 length of
/// the names, the columns' names by line feeds; its last 4 bytes are the CRC-32C of those before), then the slots (u32 CRC-32C of the rest, u32 zero,
/// i64 time in ms, u64 and u64 id of the last event that is counted in, a double for each column).
/// </summary>
internal sealed class HistoryFile : IDisposable
{
    private const int HeaderBytes = 8192;
    private const int NamesAt = 32;
    private const int SlotHeaderBytes = 32;
    private const uint Version = 1;

    private readonly FileStream _file;
    private readonly long _stepMilliseconds;
    private readonly int _slots;
    private readonly byte[] _slot;

    private HistoryFile(FileStream file, int columns, TimeSpan step, int slots)
    {
        _file = file;
        _stepMilliseconds = (long)step.TotalMilliseconds;
        _slots = slots;
        _slot = new byte[SlotHeaderBytes + (columns * sizeof(double))];
    }

    private static ReadOnlySpan<byte> Magic => "WEIRHIST"u8;

    /// <summary>Opens the file, or makes it. One of other columns, steps or slots is written anew with what it has of those that are wanted.</summary>
    /// <param name="path">The file; its directory must be there.</param>
    /// <param name="columns">The names of the columns.</param>
    /// <param name="step">From one slot to the next.</param>
    /// <param name="slots">How many there are.</param>
    /// <param name="entries">What is in it, oldest first.</param>
    /// <param name="problem">Why what was there is not used; null where it is, or nothing was there.</param>
    /// <exception cref="IOException">It cannot be opened or made.</exception>
    public static HistoryFile Open(string path, IReadOnlyList<string> columns, TimeSpan step, int slots, out IReadOnlyList<HistoryEntry> entries, out string? problem)
    {
        entries = [];
        problem = null;
        bool isSame = false;
        if (File.Exists(path))
        {
            byte[] bytes = ReadBounded(path, out problem);
            if (problem is null) entries = Load(bytes, columns, step, slots, out isSame, out problem);
        }

        if (!isSame) Make(path, columns, step, slots, entries);
        var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        return new(file, columns.Count, step, slots);
    }

    /// <summary>Puts a moment in its slot.</summary>
    /// <exception cref="IOException">The disk does not take it.</exception>
    public void Write(HistoryEntry entry)
    {
        Fill(_slot, entry);
        _file.Position = OffsetOf(entry.Milliseconds);
        _file.Write(_slot);
        _file.Flush();
    }

    public void Dispose() => _file.Dispose();

    private static void Fill(Span<byte> slot, HistoryEntry entry)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(slot[4..], 0);
        BinaryPrimitives.WriteInt64LittleEndian(slot[8..], entry.Milliseconds);
        BinaryPrimitives.WriteUInt64LittleEndian(slot[16..], entry.Counted.Milliseconds);
        BinaryPrimitives.WriteUInt64LittleEndian(slot[24..], entry.Counted.Sequence);
        for (int i = 0; i < entry.Values.Length; i++) BinaryPrimitives.WriteDoubleLittleEndian(slot[(SlotHeaderBytes + (i * sizeof(double)))..], entry.Values[i]);
        BinaryPrimitives.WriteUInt32LittleEndian(slot, Crc32C.Compute(slot[4..]));
    }

    private static byte[] ReadBounded(string path, out string? problem)
    {
        const long most = 256L * 1024 * 1024;
        problem = null;
        using FileStream file = File.OpenRead(path);
        if (file.Length > most) problem = $"{path} has {file.Length} bytes, which no history has";
        byte[] bytes = new byte[Math.Min(file.Length, most)];
        file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return bytes;
    }

    private static List<HistoryEntry> Load(ReadOnlySpan<byte> bytes, IReadOnlyList<string> columns, TimeSpan step, int slots, out bool isSame, out string? problem)
    {
        isSame = false;
        problem = "its header is damaged or of another version";
        if (bytes.Length < HeaderBytes || !bytes.StartsWith(Magic) || Crc32C.Compute(bytes[..(HeaderBytes - 4)]) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[(HeaderBytes - 4)..])) return [];
        int width = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]);
        int nameBytes = BinaryPrimitives.ReadInt32LittleEndian(bytes[28..]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) != Version || nameBytes is < 0 or > HeaderBytes - NamesAt - 4) return [];
        string[] names = Encoding.UTF8.GetString(bytes.Slice(NamesAt, nameBytes)).Split('\n');
        if (names.Length != width) return [];
        problem = null;
        isSame = names.SequenceEqual(columns) && BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]) == (long)step.TotalMilliseconds && BinaryPrimitives.ReadInt32LittleEndian(bytes[24..]) == slots;
        int[] from = [.. columns.Select(column => Array.IndexOf(names, column))];
        int slotBytes = SlotHeaderBytes + (width * sizeof(double));
        var found = new List<HistoryEntry>();
        for (ReadOnlySpan<byte> rest = bytes[HeaderBytes..]; rest.Length >= slotBytes; rest = rest[slotBytes..])
        {
            ReadOnlySpan<byte> slot = rest[..slotBytes];
            if (BinaryPrimitives.ReadUInt32LittleEndian(slot) != Crc32C.Compute(slot[4..])) continue;
            var values = new double[from.Length];
            for (int i = 0; i < values.Length; i++) values[i] = from[i] < 0 ? double.NaN : BinaryPrimitives.ReadDoubleLittleEndian(slot[(SlotHeaderBytes + (from[i] * sizeof(double)))..]);
            found.Add(new(BinaryPrimitives.ReadInt64LittleEndian(slot[8..]), new(BinaryPrimitives.ReadUInt64LittleEndian(slot[16..]), BinaryPrimitives.ReadUInt64LittleEndian(slot[24..])), values));
        }

        found.Sort((one, other) => one.Milliseconds.CompareTo(other.Milliseconds));
        return found;
    }

    private static void Make(string path, IReadOnlyList<string> columns, TimeSpan step, int slots, IReadOnlyList<HistoryEntry> entries)
    {
        byte[] names = Encoding.UTF8.GetBytes(string.Join('\n', columns));
        var header = new byte[HeaderBytes];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), columns.Count);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(16), (long)step.TotalMilliseconds);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(24), slots);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(28), names.Length);
        names.CopyTo(header, NamesAt);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(HeaderBytes - 4), Crc32C.Compute(header.AsSpan(0, HeaderBytes - 4)));
        string temporary = path + ".tmp";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0))
        {
            file.Write(header);
            file.SetLength(HeaderBytes + ((long)slots * (SlotHeaderBytes + (columns.Count * sizeof(double)))));
            using var made = new HistoryFile(file, columns.Count, step, slots);
            foreach (HistoryEntry entry in entries) made.Write(entry);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    private long OffsetOf(long milliseconds) => HeaderBytes + (milliseconds / _stepMilliseconds % _slots * _slot.Length);
}

/// <summary>One moment of the history.</summary>
/// <param name="Milliseconds">When, in Unix time.</param>
/// <param name="Counted">The last event that its counters have.</param>
/// <param name="Values">A value for each column.</param>
internal readonly record struct HistoryEntry(long Milliseconds, RecordId Counted, double[] Values);
