using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Weir.Erasure.Coding;

/// <summary>
/// The state of one HighwayHash stream, and its beginning and end. What happens between, 32 bytes at a time, is the business of the
/// kernels (<see cref="HighwayKernel"/>). The algorithm: Alakuijala, Cox and Wassenberg, "Fast keyed hash/pseudo-random function using
/// SIMD multiply and permute", arXiv 1612.06257.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct HighwayState
{
    public const int PacketBytes = 32;

    public Vector256<ulong> V0;
    public Vector256<ulong> V1;
    public Vector256<ulong> Mul0;
    public Vector256<ulong> Mul1;

    public static HighwayState Start(HighwayKey key)
    {
        Vector256<ulong> mul0 = Vector256.Create(0xdbe6d5d5fe4cce2ful, 0xa4093822299f31d0ul, 0x13198a2e03707344ul, 0x243f6a8885a308d3ul);
        Vector256<ulong> mul1 = Vector256.Create(0x3bd39e10cb0ef593ul, 0xc0acf169b5f18a8cul, 0xbe5466cf34e90c6cul, 0x452821e638d01377ul);
        return new HighwayState
        {
            V0 = mul0 ^ key.Words,
            V1 = mul1 ^ (key.Words << 32 | key.Words >>> 32),
            Mul0 = mul0,
            Mul1 = mul1,
        };
    }

    /// <summary>
    /// The last 1 to 31 bytes as a packet, with their number mixed in first. Whole words keep their place; what is left over goes to the
    /// packet's end or, when there are less than 16 bytes, to its middle, so that short inputs of different lengths never look alike.
    /// </summary>
    public unsafe void MixRemainder(CodingPath path, byte* data, int length)
    {
        ulong size = (ulong)length;
        V0 += Vector256.Create(size << 32 | size);
        Vector256<uint> halves = V1.AsUInt32();
        V1 = (Vector256.ShiftLeft(halves, length) | Vector256.ShiftRightLogical(halves, 32 - length)).AsUInt64();
        byte* packet = stackalloc byte[PacketBytes];
        new Span<byte>(packet, PacketBytes).Clear();
        int whole = length & ~3;
        int odd = length & 3;
        new ReadOnlySpan<byte>(data, whole).CopyTo(new Span<byte>(packet, PacketBytes));
        if ((length & 16) != 0)
        {
            for (int i = 0; i < 4; i++) packet[28 + i] = data[whole + odd + i - 4];
        }
        else if (odd != 0)
        {
            packet[16] = data[whole];
            packet[17] = data[whole + (odd >> 1)];
            packet[18] = data[whole + odd - 1];
        }

        HighwayKernel.Update(path, ref this, packet, 1);
    }

    /// <summary>Ten rounds over the state's own permutation, then a modular reduction of each half to 128 bits.</summary>
    public unsafe void Finish(CodingPath path, byte* hash)
    {
        Vector256<ulong> packet;
        for (int round = 0; round < 10; round++)
        {
            packet = Vector256.Create(
                BitOperations.RotateLeft(V0.GetElement(2), 32),
                BitOperations.RotateLeft(V0.GetElement(3), 32),
                BitOperations.RotateLeft(V0.GetElement(0), 32),
                BitOperations.RotateLeft(V0.GetElement(1), 32));
            HighwayKernel.Update(path, ref this, (byte*)&packet, 1);
        }

        Vector256<ulong> low = V0 + Mul0;
        Vector256<ulong> high = V1 + Mul1;
        ulong* words = (ulong*)hash;
        Reduce(high.GetElement(1), high.GetElement(0), low.GetElement(1), low.GetElement(0), words);
        Reduce(high.GetElement(3), high.GetElement(2), low.GetElement(3), low.GetElement(2), words + 2);
    }

    /// <summary>256 bits modulo x^128 + x^2 + x, where the top two bits do not take part.</summary>
    private static unsafe void Reduce(ulong a3, ulong a2, ulong a1, ulong a0, ulong* words)
    {
        a3 &= 0x3fff_ffff_ffff_fffful;
        Unsafe.WriteUnaligned(words, a0 ^ a2 << 1 ^ a2 << 2);
        Unsafe.WriteUnaligned(words + 1, a1 ^ (a3 << 1 | a2 >> 63) ^ (a3 << 2 | a2 >> 62));
    }
}
