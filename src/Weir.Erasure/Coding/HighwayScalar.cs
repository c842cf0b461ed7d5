using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Weir.Erasure.Coding;

/// <summary>HighwayHash by plain words: the reference that the others are compared with.</summary>
internal static unsafe class HighwayScalar
{
    /// <summary>Which byte of a 16-byte half goes where: the bytes that carry the most mixed bits of a product end up in the places
    /// that the next multiplication uses best.</summary>
    private static ReadOnlySpan<byte> ZipperOrder => [3, 12, 2, 5, 14, 1, 15, 0, 11, 4, 10, 13, 9, 6, 8, 7];

    public static void Update(ref HighwayState state, byte* data, nuint packets)
    {
        ulong* v0 = stackalloc ulong[4];
        ulong* v1 = stackalloc ulong[4];
        ulong* mul0 = stackalloc ulong[4];
        ulong* mul1 = stackalloc ulong[4];
        state.V0.Store(v0);
        state.V1.Store(v1);
        state.Mul0.Store(mul0);
        state.Mul1.Store(mul1);
        for (; packets > 0; packets--, data += HighwayState.PacketBytes)
        {
            for (int i = 0; i < 4; i++)
            {
                v1[i] += mul0[i] + Unsafe.ReadUnaligned<ulong>(data + 8 * i);
                mul0[i] ^= (v1[i] & uint.MaxValue) * (v0[i] >> 32);
                v0[i] += mul1[i];
                mul1[i] ^= (v0[i] & uint.MaxValue) * (v1[i] >> 32);
            }

            AddZipped(v1, v0);
            AddZipped(v0, v1);
        }

        state.V0 = Vector256.Load(v0);
        state.V1 = Vector256.Load(v1);
        state.Mul0 = Vector256.Load(mul0);
        state.Mul1 = Vector256.Load(mul1);
    }

    private static void AddZipped(ulong* from, ulong* to)
    {
        for (int half = 0; half < 4; half += 2)
        {
            byte* source = (byte*)(from + half);
            for (int word = 0; word < 2; word++)
            {
                ulong zipped = 0;
                for (int i = 0; i < 8; i++) zipped |= (ulong)source[ZipperOrder[8 * word + i]] << 8 * i;
                to[half + word] += zipped;
            }
        }
    }
}
