using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using Weir.BlockEvents.Events;
using Weir.Feed;

namespace Weir.BlockEvents.Index;

/// <summary>
/// The index of some consecutive records of <c>block:events</c>: for each its id, and which profile it has. It is derived from them and can be made
/// again at any time. All numbers are packed (<see cref="PackedNumbers"/>): version 1; the ids after which it begins and with which it ends; the number of records; the
/// names, as their count and for each its length and text; sets of device terms, as their count and for each its length and 4 bytes a term, little-endian; the
/// profiles, as their count and for each severity, sub-system and type by the numbers of their names, and the number of the set; for each record the milliseconds
/// behind the one before, the sequence (behind the one before where that is in the same millisecond), and the profile from 1, or 0 where it
/// has none: it is no event, or one too large, and who asks has to look at it.
/// </summary>
internal sealed class IndexBlock
{
    /// <summary>Of the format.</summary>
    public const int Version = 1;

    private readonly ReadOnlyMemory<byte> _rest;

    private IndexBlock(RecordId after, RecordId last, int count, ReadOnlyMemory<byte> rest)
    {
        After = after;
        Last = last;
        Count = count;
        _rest = rest;
    }

    /// <summary>It covers every record above this id …</summary>
    public RecordId After { get; }

    /// <summary>… up to this one, which is its last.</summary>
    public RecordId Last { get; }

    /// <summary>Records.</summary>
    public int Count { get; }

    /// <summary>Reads the head of one; null when it is none, or of another version.</summary>
    public static IndexBlock? Read(ReadOnlyMemory<byte> content)
    {
        ReadOnlySpan<byte> bytes = content.Span;
        int at = 0;
        if (!PackedNumbers.TryRead(bytes, ref at, out ulong version) || version != Version) return null;
        if (!TryReadId(bytes, ref at, out RecordId after) || !TryReadId(bytes, ref at, out RecordId last) || !PackedNumbers.TryReadCount(bytes, ref at, out int count)) return null;
        return count > 0 && last > after ? new(after, last, count, content[at..]) : null;
    }

    /// <summary>Finds the records above an id that a filter may want.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="devices">The terms of its devices; null when it takes all.</param>
    /// <param name="after">The id.</param>
    /// <param name="ordinal">The number of the block's first record.</param>
    /// <param name="found">Takes the records, with their numbers.</param>
    /// <returns>Whether the block is whole.</returns>
    public bool TryFind(EventFilter filter, uint[]? devices, RecordId after, long ordinal, List<(RecordId Id, long Ordinal)> found)
    {
        ReadOnlySpan<byte> bytes = _rest.Span;
        int at = 0;
        return ReadNames(bytes, ref at) is { } names && FindSets(bytes, ref at, devices) is { } sets && FindProfiles(bytes, ref at, names, sets, filter) is { } profiles
            && FindRecords(bytes, at, profiles, after, ordinal, found);
    }

    private static bool TryReadId(ReadOnlySpan<byte> bytes, ref int at, out RecordId id)
    {
        bool isThere = PackedNumbers.TryRead(bytes, ref at, out ulong milliseconds) & PackedNumbers.TryRead(bytes, ref at, out ulong sequence);
        id = new(milliseconds, sequence);
        return isThere;
    }

    private static string[]? ReadNames(ReadOnlySpan<byte> bytes, ref int at)
    {
        if (!PackedNumbers.TryReadCount(bytes, ref at, out int count)) return null;
        var names = new string[count];
        for (int i = 0; i < count; i++)
        {
            if (!PackedNumbers.TryReadCount(bytes, ref at, out int length)) return null;
            names[i] = Encoding.UTF8.GetString(bytes.Slice(at, length));
            at += length;
        }

        return names;
    }

    /// <summary>Which sets have one of the devices.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool[]? FindSets(ReadOnlySpan<byte> bytes, ref int at, uint[]? devices)
    {
        if (!PackedNumbers.TryReadCount(bytes, ref at, out int count)) return null;
        var isWanted = new bool[count];
        for (int i = 0; i < count; i++)
        {
            if (!PackedNumbers.TryReadCount(bytes, ref at, out int length) || length > (bytes.Length - at) / sizeof(uint)) return null;
            bool has = devices is null;
            for (int j = 0; j < length && !has; j++) has = devices.AsSpan().Contains(BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + (j * sizeof(uint)))..]));
            isWanted[i] = has;
            at += length * sizeof(uint);
        }

        return isWanted;
    }

    /// <summary>Which profiles are wanted; the first stands for none.</summary>
    private static bool[]? FindProfiles(ReadOnlySpan<byte> bytes, ref int at, string[] names, bool[] sets, EventFilter filter)
    {
        if (!PackedNumbers.TryReadCount(bytes, ref at, out int count)) return null;
        var isWanted = new bool[count + 1];
        isWanted[0] = true;
        for (int i = 1; i <= count; i++)
        {
            if (!PackedNumbers.TryRead(bytes, ref at, out ulong severity) || !PackedNumbers.TryRead(bytes, ref at, out ulong subSystem)
                || !PackedNumbers.TryRead(bytes, ref at, out ulong type) || !PackedNumbers.TryRead(bytes, ref at, out ulong set)
                || severity > (ulong)Severity.Debug || Math.Max(subSystem, type) >= (ulong)names.Length || set >= (ulong)sets.Length) return null;
            isWanted[i] = sets[set] && filter.MatchesKind((Severity)severity, names[subSystem], names[type]);
        }

        return isWanted;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool FindRecords(ReadOnlySpan<byte> bytes, int at, bool[] isWanted, RecordId after, long ordinal, List<(RecordId Id, long Ordinal)> found)
    {
        (ulong milliseconds, ulong sequence) = (After.Milliseconds, After.Sequence);
        for (int i = 0; i < Count; i++)
        {
            if (!PackedNumbers.TryRead(bytes, ref at, out ulong later) || !PackedNumbers.TryRead(bytes, ref at, out ulong number) || !PackedNumbers.TryRead(bytes, ref at, out ulong profile)) return false;
            if (profile >= (ulong)isWanted.Length || (later == 0 && number == 0)) return false;
            sequence = later == 0 ? sequence + number : number;
            milliseconds += later;
            if (isWanted[profile] && new RecordId(milliseconds, sequence) is var id && id > after) found.Add((id, ordinal + i));
        }

        return at == bytes.Length && new RecordId(milliseconds, sequence) == Last;
    }
}
