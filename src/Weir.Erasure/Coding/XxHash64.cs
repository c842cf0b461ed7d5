using System.Buffers.Binary;
using System.Numerics;

namespace Weir.Erasure.Coding;

/// <summary>
/// XXH64 with seed 0, whole or in pieces; its low half guards the metadata section of xl.meta. The algorithm: xxHash specification,
/// https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md.
/// </summary>
public struct XxHash64
{
    private const ulong Prime1 = 0x9e3779b185ebca87;
    private const ulong Prime2 = 0xc2b2ae3d27d4eb4f;
    private const ulong Prime3 = 0x165667b19e3779f9;
    private const ulong Prime4 = 0x85ebca77c2b2ae63;
    private const ulong Prime5 = 0x27d4eb2f165667c5;
    private const int StripeBytes = 32;

    private ulong _lane0 = unchecked(Prime1 + Prime2);
    private ulong _lane1 = Prime2;
    private ulong _lane2;
    private ulong _lane3 = unchecked(0 - Prime1);
    private ulong _length;
    private PendingStripe _pending;

    public XxHash64()
    {
    }

    public static ulong Hash(ReadOnlySpan<byte> data)
    {
        var hash = new XxHash64();
        ReadOnlySpan<byte> rest = hash.Stripes(data);
        hash._length = (ulong)data.Length;
        return hash.Finish(rest);
    }

    public void Append(ReadOnlySpan<byte> data)
    {
        int pending = (int)(_length % StripeBytes);
        _length += (ulong)data.Length;
        Span<byte> stripe = _pending;
        if (pending > 0)
        {
            int taken = Math.Min(data.Length, StripeBytes - pending);
            data[..taken].CopyTo(stripe[pending..]);
            data = data[taken..];
            if (pending + taken < StripeBytes) return;
            Stripes(stripe);
        }

        Stripes(data).CopyTo(stripe);
    }

    /// <summary>The hash of all that was appended. More may be appended after it.</summary>
    public readonly ulong Finish() => Finish(((ReadOnlySpan<byte>)_pending)[..(int)(_length % StripeBytes)]);

    private ReadOnlySpan<byte> Stripes(ReadOnlySpan<byte> data)
    {
        ulong lane0 = _lane0, lane1 = _lane1, lane2 = _lane2, lane3 = _lane3;
        while (data.Length >= StripeBytes)
        {
            lane0 = Round(lane0, BinaryPrimitives.ReadUInt64LittleEndian(data));
            lane1 = Round(lane1, BinaryPrimitives.ReadUInt64LittleEndian(data[8..]));
            lane2 = Round(lane2, BinaryPrimitives.ReadUInt64LittleEndian(data[16..]));
            lane3 = Round(lane3, BinaryPrimitives.ReadUInt64LittleEndian(data[24..]));
            data = data[StripeBytes..];
        }

        (_lane0, _lane1, _lane2, _lane3) = (lane0, lane1, lane2, lane3);
        return data;
    }

    private readonly ulong Finish(ReadOnlySpan<byte> rest)
    {
        ulong hash = Prime5;
        if (_length >= StripeBytes)
        {
            hash = BitOperations.RotateLeft(_lane0, 1) + BitOperations.RotateLeft(_lane1, 7)
                + BitOperations.RotateLeft(_lane2, 12) + BitOperations.RotateLeft(_lane3, 18);
            hash = Merge(Merge(Merge(Merge(hash, _lane0), _lane1), _lane2), _lane3);
        }

        hash += _length;
        for (; rest.Length >= 8; rest = rest[8..])
        {
            hash = BitOperations.RotateLeft(hash ^ Round(0, BinaryPrimitives.ReadUInt64LittleEndian(rest)), 27) * Prime1 + Prime4;
        }

        if (rest.Length >= 4)
        {
            hash = BitOperations.RotateLeft(hash ^ BinaryPrimitives.ReadUInt32LittleEndian(rest) * Prime1, 23) * Prime2 + Prime3;
            rest = rest[4..];
        }

        foreach (byte value in rest) hash = BitOperations.RotateLeft(hash ^ value * Prime5, 11) * Prime1;
        hash = (hash ^ hash >> 33) * Prime2;
        hash = (hash ^ hash >> 29) * Prime3;
        return hash ^ hash >> 32;
    }

    private static ulong Round(ulong lane, ulong word) => BitOperations.RotateLeft(lane + word * Prime2, 31) * Prime1;

    private static ulong Merge(ulong hash, ulong lane) => (hash ^ Round(0, lane)) * Prime1 + Prime4;

    [System.Runtime.CompilerServices.InlineArray(StripeBytes)]
    private struct PendingStripe
    {
        private byte _first;
    }
}
