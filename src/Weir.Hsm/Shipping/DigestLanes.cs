using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Weir.Hsm.Shipping;

/// <summary>MD5 (RFC 1321) of up to eight lines side by side; the lines lie word by word next to each other.</summary>
internal sealed class DigestLanes
{
    public const int Count = 8;

    private const int MaxBlocks = 8;
    private const int BlockWords = 16;

    /// <summary>A one bit and the length follow the line.</summary>
    private const int PaddingBytes = 9;

    private readonly uint[] _words = new uint[MaxBlocks * BlockWords * Count];
    private readonly uint[] _blocks = new uint[Count];

    /// <summary>Whether a line is short enough; the kernel's are.</summary>
    public static bool Fits(ReadOnlySpan<byte> line) => line.Length <= MaxBlocks * BlockWords * sizeof(uint) - PaddingBytes;

    /// <summary>Puts a line into a lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Set(int lane, ReadOnlySpan<byte> line)
    {
        int blocks = (line.Length + PaddingBytes + 63) / 64;
        int end = blocks * BlockWords * Count;
        Span<uint> words = _words.AsSpan(lane);
        ReadOnlySpan<uint> whole = MemoryMarshal.Cast<byte, uint>(line);
        int at = 0;
        for (int i = 0; i < whole.Length; i++, at += Count) words[at] = whole[i];
        uint last = 0x80;
        for (int i = line.Length - 1; i >= whole.Length * sizeof(uint); i--) last = last << 8 | line[i];
        words[at] = last;
        for (at += Count; at < end - 2 * Count; at += Count) words[at] = 0;
        words[end - 2 * Count] = (uint)line.Length * 8;
        words[end - Count] = 0;
        _blocks[lane] = (uint)blocks;
    }

    /// <summary>The digests of all lanes as they lie in memory; those of lanes that were not set have no meaning.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Compute(Span<UInt128> digests)
    {
        Vector256<uint> blocks = Vector256.Create<uint>(_blocks);
        uint most = 0;
        foreach (uint each in _blocks) most = Math.Max(most, each);
        Vector256<uint> a = Vector256.Create(0x67452301u), b = Vector256.Create(0xefcdab89u), c = Vector256.Create(0x98badcfeu), d = Vector256.Create(0x10325476u);
        for (uint block = 0; block < most; block++)
        {
            (Vector256<uint> newA, Vector256<uint> newB, Vector256<uint> newC, Vector256<uint> newD) = (a, b, c, d);
            Mix(ref newA, ref newB, ref newC, ref newD, ref _words[block * BlockWords * Count]);

            // A lane whose line has ended keeps its state.
            Vector256<uint> isOn = Vector256.GreaterThan(blocks, Vector256.Create(block));
            a += newA & isOn;
            b += newB & isOn;
            c += newC & isOn;
            d += newD & isOn;
        }

        Span<uint> into = MemoryMarshal.Cast<UInt128, uint>(digests);
        for (int lane = 0; lane < Count; lane++)
        {
            into[4 * lane] = a[lane];
            into[4 * lane + 1] = b[lane];
            into[4 * lane + 2] = c[lane];
            into[4 * lane + 3] = d[lane];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Mix(ref Vector256<uint> stateA, ref Vector256<uint> stateB, ref Vector256<uint> stateC, ref Vector256<uint> stateD, ref uint words)
    {
        ref uint sines = ref MemoryMarshal.GetReference(LineDigest.Sines);
        (Vector256<uint> a, Vector256<uint> b, Vector256<uint> c, Vector256<uint> d) = (stateA, stateB, stateC, stateD);
        for (int i = 0; i < 16; i += 4)
        {
            a = Step(a, b, ((c ^ d) & b) ^ d, ref words, i, ref sines, i, 7);
            d = Step(d, a, ((b ^ c) & a) ^ c, ref words, i + 1, ref sines, i + 1, 12);
            c = Step(c, d, ((a ^ b) & d) ^ b, ref words, i + 2, ref sines, i + 2, 17);
            b = Step(b, c, ((d ^ a) & c) ^ a, ref words, i + 3, ref sines, i + 3, 22);
        }

        for (int i = 16; i < 32; i += 4)
        {
            a = Step(a, b, ((b ^ c) & d) ^ c, ref words, 5 * i + 1, ref sines, i, 5);
            d = Step(d, a, ((a ^ b) & c) ^ b, ref words, 5 * i + 6, ref sines, i + 1, 9);
            c = Step(c, d, ((d ^ a) & b) ^ a, ref words, 5 * i + 11, ref sines, i + 2, 14);
            b = Step(b, c, ((c ^ d) & a) ^ d, ref words, 5 * i + 16, ref sines, i + 3, 20);
        }

        for (int i = 32; i < 48; i += 4)
        {
            a = Step(a, b, b ^ c ^ d, ref words, 3 * i + 5, ref sines, i, 4);
            d = Step(d, a, a ^ b ^ c, ref words, 3 * i + 8, ref sines, i + 1, 11);
            c = Step(c, d, d ^ a ^ b, ref words, 3 * i + 11, ref sines, i + 2, 16);
            b = Step(b, c, c ^ d ^ a, ref words, 3 * i + 14, ref sines, i + 3, 23);
        }

        for (int i = 48; i < 64; i += 4)
        {
            a = Step(a, b, c ^ (b | ~d), ref words, 7 * i, ref sines, i, 6);
            d = Step(d, a, b ^ (a | ~c), ref words, 7 * i + 7, ref sines, i + 1, 10);
            c = Step(c, d, a ^ (d | ~b), ref words, 7 * i + 14, ref sines, i + 2, 15);
            b = Step(b, c, d ^ (c | ~a), ref words, 7 * i + 21, ref sines, i + 3, 21);
        }

        (stateA, stateB, stateC, stateD) = (a, b, c, d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Step(Vector256<uint> a, Vector256<uint> b, Vector256<uint> mixed, ref uint words, int word, ref uint sines, int sine, int turn)
    {
        Vector256<uint> sum = a + mixed + Vector256.LoadUnsafe(ref words, (nuint)((word & 15) * Count)) + Vector256.Create(Unsafe.Add(ref sines, sine));
        return (sum << turn | sum >>> (32 - turn)) + b;
    }
}
