using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Weir.BlockEvents.Rules.Wordings;

/// <summary>A set of bytes. Immutable; equal sets are equal objects in the sense of <see cref="Equals(ByteSet)"/>.</summary>
internal sealed class ByteSet : IEquatable<ByteSet>
{
    private readonly bool[] _members;

    private ByteSet(bool[] members) => _members = members;

    public static ByteSet All { get; } = Of("").Inverse();

    public static ByteSet Digits { get; } = Of("0-9");

    public static ByteSet HexDigits { get; } = Of("0-9a-fA-F");

    /// <summary>What stands in names of devices, with the slashes of paths.</summary>
    public static ByteSet DeviceName { get; } = Of("0-9a-zA-Z_./!@+-");

    /// <summary>What stands in names of functions, drivers and states.</summary>
    public static ByteSet Name { get; } = Of("0-9a-zA-Z_.-");

    /// <summary>Everything but the bytes that are named.</summary>
    public static ByteSet Not(string bytes) => Of(bytes).Inverse();

    /// <summary>Bytes and ranges: <c>0-9a-f_</c>. A dash stands at the end.</summary>
    public static ByteSet Of(string ranges)
    {
        var members = new bool[256];
        for (int i = 0; i < ranges.Length; i++)
        {
            bool isRange = i + 2 < ranges.Length && ranges[i + 1] == '-';
            for (int c = ranges[i]; c <= (isRange ? ranges[i + 2] : ranges[i]); c++) members[c] = true;
            if (isRange) i += 2;
        }

        return new(members);
    }

    public static ByteSet One(byte value)
    {
        var members = new bool[256];
        members[value] = true;
        return new(members);
    }

    public bool Contains(byte value) => _members[value];

    public ByteSet Inverse() => new([.. _members.Select(member => !member)]);

    public bool Overlaps(ByteSet other) => _members.Zip(other._members, (mine, theirs) => mine && theirs).Any(both => both);

    /// <summary>How many bytes from <paramref name="place"/> on are members.</summary>
    public int CountFrom(ReadOnlySpan<byte> line, int place)
    {
        ref bool members = ref MemoryMarshal.GetArrayDataReference(_members);
        int end = place;
        while (end < line.Length && Unsafe.Add(ref members, line[end])) end++;
        return end - place;
    }

    public bool Equals(ByteSet? other) => other is not null && _members.AsSpan().SequenceEqual(other._members);

    public override bool Equals(object? obj) => Equals(obj as ByteSet);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(MemoryMarshal.AsBytes(_members.AsSpan()));
        return hash.ToHashCode();
    }
}
