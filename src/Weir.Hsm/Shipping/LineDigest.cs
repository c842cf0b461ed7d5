using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Weir.Hsm.Shipping;

/// <summary>
/// MD5 (RFC 1321) of a line, for the <c>hash</c> of PURGED events, where existing consumers expect it. The system's own needs its
/// native library loaded and a call per line, which costs a first poll more than all else it does.
/// </summary>
internal static class LineDigest
{
    public const int Bytes = 16;

    /// <summary>The constants of the 64 steps.</summary>
    public static ReadOnlySpan<uint> Sines =>
    [
        0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
        0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
        0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
        0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
        0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
        0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
        0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
        0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
    ];

    /// <summary>The digest as it lies in memory: its 16 bytes, first byte first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static UInt128 Compute(ReadOnlySpan<byte> line)
    {
        Span<uint> state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
        int whole = line.Length & ~63;
        for (int at = 0; at < whole; at += 64) Mix(state, ref Unsafe.AsRef(in line[at]));

        Span<byte> tail = stackalloc byte[128];
        tail.Clear();
        line[whole..].CopyTo(tail);
        tail[line.Length - whole] = 0x80;
        int blocks = line.Length - whole < 56 ? 1 : 2;
        MemoryMarshal.Write(tail[(blocks * 64 - 8)..], (ulong)line.Length * 8);
        for (int block = 0; block < blocks; block++) Mix(state, ref tail[block * 64]);
        return MemoryMarshal.Read<UInt128>(MemoryMarshal.AsBytes(state));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Mix(Span<uint> state, ref byte block)
    {
        ref uint sines = ref MemoryMarshal.GetReference(Sines);
        uint a = state[0];
        uint b = state[1];
        uint c = state[2];
        uint d = state[3];
        for (int i = 0; i < 16; i += 4)
        {
            Step(ref a, b, ((c ^ d) & b) ^ d, Word(ref block, i), Unsafe.Add(ref sines, i), 7);
            Step(ref d, a, ((b ^ c) & a) ^ c, Word(ref block, i + 1), Unsafe.Add(ref sines, i + 1), 12);
            Step(ref c, d, ((a ^ b) & d) ^ b, Word(ref block, i + 2), Unsafe.Add(ref sines, i + 2), 17);
            Step(ref b, c, ((d ^ a) & c) ^ a, Word(ref block, i + 3), Unsafe.Add(ref sines, i + 3), 22);
        }

        for (int i = 16; i < 32; i += 4)
        {
            Step(ref a, b, ((b ^ c) & d) ^ c, Word(ref block, 5 * i + 1), Unsafe.Add(ref sines, i), 5);
            Step(ref d, a, ((a ^ b) & c) ^ b, Word(ref block, 5 * i + 6), Unsafe.Add(ref sines, i + 1), 9);
            Step(ref c, d, ((d ^ a) & b) ^ a, Word(ref block, 5 * i + 11), Unsafe.Add(ref sines, i + 2), 14);
            Step(ref b, c, ((c ^ d) & a) ^ d, Word(ref block, 5 * i + 16), Unsafe.Add(ref sines, i + 3), 20);
        }

        for (int i = 32; i < 48; i += 4)
        {
            Step(ref a, b, b ^ c ^ d, Word(ref block, 3 * i + 5), Unsafe.Add(ref sines, i), 4);
            Step(ref d, a, a ^ b ^ c, Word(ref block, 3 * i + 8), Unsafe.Add(ref sines, i + 1), 11);
            Step(ref c, d, d ^ a ^ b, Word(ref block, 3 * i + 11), Unsafe.Add(ref sines, i + 2), 16);
            Step(ref b, c, c ^ d ^ a, Word(ref block, 3 * i + 14), Unsafe.Add(ref sines, i + 3), 23);
        }

        for (int i = 48; i < 64; i += 4)
        {
            Step(ref a, b, c ^ (b | ~d), Word(ref block, 7 * i), Unsafe.Add(ref sines, i), 6);
            Step(ref d, a, b ^ (a | ~c), Word(ref block, 7 * i + 7), Unsafe.Add(ref sines, i + 1), 10);
            Step(ref c, d, a ^ (d | ~b), Word(ref block, 7 * i + 14), Unsafe.Add(ref sines, i + 2), 15);
            Step(ref b, c, d ^ (c | ~a), Word(ref block, 7 * i + 21), Unsafe.Add(ref sines, i + 3), 21);
        }

        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Word(ref byte block, int number) => Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref block, (number & 15) * 4));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(ref uint a, uint b, uint mixed, uint word, uint sine, int turn) =>
        a = BitOperations.RotateLeft(a + mixed + word + sine, turn) + b;
}
