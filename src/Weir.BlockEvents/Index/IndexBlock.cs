using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Weir.BlockEvents.Events;
using Weir.Feed;

namespace Weir.BlockEvents.Index;

/// <summary>
/// The index of some consecutive records of <c>block:events</c>: for each its id, and which profile it has. It is derived from them and can be made
/// again at any time. All numbers are packed (<see cref="PackedNumbers"/>): version 1; the ids after which it begins and with which it ends; the
/// names, as their count and for each its length and text; sets of device terms, as their count and for each its length and 4 bytes a term, little-endian; the
/// profiles, as their count and for each severity, sub-system and type by the numbers of their names, and the number of the set; the records, as
/// their count and for each the milliseconds behind the one before, the sequence (behind the one before where that is in the same millisecond), and
/// the profile from 1, or 0 where it has none.
/// </summary>
internal sealed class IndexBlock
{
    /// <summary>The profile of a record that is no event, or of one too large to be kept: who asks has to look at it.</summary>
    public const int NoProfile = 0;

    /// <summary>Of the format.</summary>
    public const int Version = 1;

    private IndexBlock(RecordId after, RecordId last, EventProfile[] profiles, (RecordId, int)[] entries)
    {
        After = after;
        Last = last;
        Profiles = profiles;
        Entries = entries;
    }

    /// <summary>It covers every record above this id …</summary>
    public RecordId After { get; }

    /// <summary>… up to this one, which is its last.</summary>
    public RecordId Last { get; }

    /// <summary>The profiles.</summary>
    public IReadOnlyList<EventProfile> Profiles { get; }

    /// <summary>The records, in order; profile 1 is the first of <see cref="Profiles"/>.</summary>
    public IReadOnlyList<(RecordId Id, int Profile)> Entries { get; }

    /// <summary>Reads one; null when it is none, or of another version.</summary>
    public static IndexBlock? Read(ReadOnlySpan<byte> bytes)
    {
        int at = 0;
        if (!PackedNumbers.TryRead(bytes, ref at, out ulong version) || version != Version) return null;
        if (!TryReadId(bytes, ref at, out RecordId after) || !TryReadId(bytes, ref at, out RecordId last)) return null;
        return ReadNames(bytes, ref at) is { } names && ReadSets(bytes, ref at) is { } sets && ReadProfiles(bytes, ref at, names, sets) is { } profiles
            && ReadEntries(bytes, ref at, after, profiles.Length) is { Length: > 0 } entries && entries[^1].Id == last && at == bytes.Length
            ? new(after, last, profiles, entries) : null;
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

    private static uint[][]? ReadSets(ReadOnlySpan<byte> bytes, ref int at)
    {
        if (!PackedNumbers.TryReadCount(bytes, ref at, out int count)) return null;
        var sets = new uint[count][];
        for (int i = 0; i < count; i++)
        {
            if (!PackedNumbers.TryReadCount(bytes, ref at, out int length) || length > (bytes.Length - at) / sizeof(uint)) return null;
            sets[i] = new uint[length];
            for (int j = 0; j < length; j++, at += sizeof(uint)) sets[i][j] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
        }

        return sets;
    }

    private static EventProfile[]? ReadProfiles(ReadOnlySpan<byte> bytes, ref int at, string[] names, uint[][] sets)
    {
        if (!PackedNumbers.TryReadCount(bytes, ref at, out int count)) return null;
        var profiles = new EventProfile[count];
        for (int i = 0; i < count; i++)
        {
            if (!PackedNumbers.TryRead(bytes, ref at, out ulong severity) || !PackedNumbers.TryRead(bytes, ref at, out ulong subSystem)
                || !PackedNumbers.TryRead(bytes, ref at, out ulong type) || !PackedNumbers.TryRead(bytes, ref at, out ulong set)
                || severity > (ulong)Severity.Debug || Math.Max(subSystem, type) >= (ulong)names.Length || set >= (ulong)sets.Length) return null;
            profiles[i] = new((Severity)severity, names[subSystem], names[type], sets[set]);
        }

        return profiles;
    }

    private static (RecordId Id, int Profile)[]? ReadEntries(ReadOnlySpan<byte> bytes, ref int at, RecordId after, int profiles)
    {
        if (!PackedNumbers.TryReadCount(bytes, ref at, out int count)) return null;
        var entries = new (RecordId, int)[count];
        RecordId id = after;
        for (int i = 0; i < count; i++)
        {
            if (!PackedNumbers.TryRead(bytes, ref at, out ulong milliseconds) || !PackedNumbers.TryRead(bytes, ref at, out ulong sequence) || !PackedNumbers.TryRead(bytes, ref at, out ulong profile)) return null;
            RecordId next = milliseconds == 0 ? new(id.Milliseconds, id.Sequence + sequence) : new(id.Milliseconds + milliseconds, sequence);
            if (next <= id || profile > (ulong)profiles) return null;
            entries[i] = (id = next, (int)profile);
        }

        return entries;
    }
}
