using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Weir.Hsm.Live;

/// <summary>
/// A 64-bit fingerprint of a line: products of 64-bit lanes, folded. It tells one line from another, not friend from foe. Snapshots
/// keep it, so a change of it is a change of their format.
/// </summary>
internal static class LineHash
{
    private const ulong A = 0x8F3B_19D6_5C2E_A741;
    private const ulong B = 0xC6A4_7D93_E01B_5F29;
    private const ulong C = 0xB492_B66F_BE98_F273;
    private const ulong D = 0x9AE1_6A3B_2F90_404F;

    /// <summary>Never 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong Compute(ReadOnlySpan<byte> line)
    {
        ref byte at = ref MemoryMarshal.GetReference(line);
        int left = line.Length;
        ulong first = A ^ (ulong)line.Length;
        ulong second = B;
        while (left >= 32)
        {
            // Two chains, so that one multiplication need not wait for the other.
            first = Fold(Lane(ref at, 0) ^ first, Lane(ref at, 8) ^ C);
            second = Fold(Lane(ref at, 16) ^ second, Lane(ref at, 24) ^ D);
            at = ref Unsafe.Add(ref at, 32);
            left -= 32;
        }

        while (left >= 8)
        {
            first = Fold(Lane(ref at, 0) ^ first, C ^ second);
            at = ref Unsafe.Add(ref at, 8);
            left -= 8;
        }

        ulong tail = 0;
        for (int i = 0; i < left; i++) tail = (tail << 8) | Unsafe.Add(ref at, i);
        ulong hash = Fold(Fold(first ^ tail, second ^ D) ^ A, B ^ tail);
        return hash == 0 ? 1 : hash;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Lane(ref byte at, int offset) => Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref at, offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ulong x, ulong y)
    {
        ulong high = Math.BigMul(x, y, out ulong low);
        return high ^ low;
    }
}
