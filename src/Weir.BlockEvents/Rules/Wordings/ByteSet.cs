using System.Runtime.CompilerServices;

namespace Weir.BlockEvents.Rules.Wordings;

/// <summary>A set of bytes.</summary>
internal readonly struct ByteSet : IEquatable<ByteSet>
{
    private readonly UInt128 _low;
    private readonly UInt128 _high;

    private ByteSet(UInt128 low, UInt128 high)
    {
        _low = low;
        _high = high;
    }

    public static ByteSet All { get; } = new(UInt128.MaxValue, UInt128.MaxValue);

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
        ByteSet set = default;
        for (int i = 0; i < ranges.Length; i++)
        {
            bool isRange = i + 2 < ranges.Length && ranges[i + 1] == '-';
            for (int c = ranges[i]; c <= (isRange ? ranges[i + 2] : ranges[i]); c++) set = set.With((byte)c);
            if (isRange) i += 2;
        }

        return set;
    }

    public static ByteSet One(byte value) => default(ByteSet).With(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Contains(byte value) => (((value < 128 ? _low : _high) >> (value & 127)) & 1) != 0;

    public ByteSet With(byte value) => value < 128 ? new(_low | (UInt128.One << value), _high) : new(_low, _high | (UInt128.One << (value - 128)));

    public ByteSet Inverse() => new(~_low, ~_high);

    public bool Overlaps(ByteSet other) => ((_low & other._low) | (_high & other._high)) != 0;

    public bool Equals(ByteSet other) => _low == other._low && _high == other._high;

    public override bool Equals(object? obj) => obj is ByteSet other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_low, _high);
}
