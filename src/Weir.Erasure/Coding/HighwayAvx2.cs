using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Weir.Erasure.Coding;

/// <summary>HighwayHash with 256-bit registers: each state word is one. Two and three streams run interleaved.</summary>
internal static unsafe class HighwayAvx2
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Update(ref HighwayState state, byte* data, nuint packets)
    {
        Vector256<ulong> v0 = state.V0, v1 = state.V1, mul0 = state.Mul0, mul1 = state.Mul1;
        for (; packets > 0; packets--, data += HighwayState.PacketBytes)
        {
            v1 += mul0 + Vector256.Load((ulong*)data);
            mul0 ^= Product(v1, v0);
            v0 += mul1;
            mul1 ^= Product(v0, v1);
            v0 += Zipper(v1);
            v1 += Zipper(v0);
        }

        state = new HighwayState { V0 = v0, V1 = v1, Mul0 = mul0, Mul1 = mul1 };
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Update2(HighwayState* states, byte** data, nuint packets)
    {
        Vector256<ulong> v0A = states[0].V0, v1A = states[0].V1, mul0A = states[0].Mul0, mul1A = states[0].Mul1;
        Vector256<ulong> v0B = states[1].V0, v1B = states[1].V1, mul0B = states[1].Mul0, mul1B = states[1].Mul1;
        byte* dataA = data[0];
        byte* dataB = data[1];
        nuint end = packets * HighwayState.PacketBytes;
        for (nuint at = 0; at < end; at += HighwayState.PacketBytes)
        {
            v1A += mul0A + Vector256.Load((ulong*)(dataA + at));
            v1B += mul0B + Vector256.Load((ulong*)(dataB + at));
            mul0A ^= Product(v1A, v0A);
            mul0B ^= Product(v1B, v0B);
            v0A += mul1A;
            v0B += mul1B;
            mul1A ^= Product(v0A, v1A);
            mul1B ^= Product(v0B, v1B);
            v0A += Zipper(v1A);
            v0B += Zipper(v1B);
            v1A += Zipper(v0A);
            v1B += Zipper(v0B);
        }

        states[0] = new HighwayState { V0 = v0A, V1 = v1A, Mul0 = mul0A, Mul1 = mul1A };
        states[1] = new HighwayState { V0 = v0B, V1 = v1B, Mul0 = mul0B, Mul1 = mul1B };
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Update3(HighwayState* states, byte** data, nuint packets)
    {
        Vector256<ulong> v0A = states[0].V0, v1A = states[0].V1, mul0A = states[0].Mul0, mul1A = states[0].Mul1;
        Vector256<ulong> v0B = states[1].V0, v1B = states[1].V1, mul0B = states[1].Mul0, mul1B = states[1].Mul1;
        Vector256<ulong> v0C = states[2].V0, v1C = states[2].V1, mul0C = states[2].Mul0, mul1C = states[2].Mul1;
        byte* dataA = data[0];
        byte* dataB = data[1];
        byte* dataC = data[2];
        nuint end = packets * HighwayState.PacketBytes;
        for (nuint at = 0; at < end; at += HighwayState.PacketBytes)
        {
            v1A += mul0A + Vector256.Load((ulong*)(dataA + at));
            v1B += mul0B + Vector256.Load((ulong*)(dataB + at));
            v1C += mul0C + Vector256.Load((ulong*)(dataC + at));
            mul0A ^= Product(v1A, v0A);
            mul0B ^= Product(v1B, v0B);
            mul0C ^= Product(v1C, v0C);
            v0A += mul1A;
            v0B += mul1B;
            v0C += mul1C;
            mul1A ^= Product(v0A, v1A);
            mul1B ^= Product(v0B, v1B);
            mul1C ^= Product(v0C, v1C);
            v0A += Zipper(v1A);
            v0B += Zipper(v1B);
            v0C += Zipper(v1C);
            v1A += Zipper(v0A);
            v1B += Zipper(v0B);
            v1C += Zipper(v0C);
        }

        states[0] = new HighwayState { V0 = v0A, V1 = v1A, Mul0 = mul0A, Mul1 = mul1A };
        states[1] = new HighwayState { V0 = v0B, V1 = v1B, Mul0 = mul0B, Mul1 = mul1B };
        states[2] = new HighwayState { V0 = v0C, V1 = v1C, Mul0 = mul0C, Mul1 = mul1C };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Product(Vector256<ulong> low, Vector256<ulong> high) =>
        Avx2.Multiply(low.AsUInt32(), (high >>> 32).AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Zipper(Vector256<ulong> words) =>
        Avx2.Shuffle(words.AsByte(), Vector256.Create(0x000f010e05020c03ul, 0x070806090d0a040bul, 0x000f010e05020c03ul, 0x070806090d0a040bul).AsByte()).AsUInt64();
}
