using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Weir.Erasure.Coding;

/// <summary>HighwayHash with 512-bit registers: each holds a state word of two streams, and up to four such pairs run interleaved.</summary>
internal static unsafe class HighwayAvx512
{
    public const int MaxStreams = 8;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Update2(HighwayState* states, byte** data, nuint packets)
    {
        HighwayState* oneA = states + 0, otherA = states + 1;
        Vector512<ulong> v0A = Vector512.Create(oneA->V0, otherA->V0), v1A = Vector512.Create(oneA->V1, otherA->V1);
        Vector512<ulong> mul0A = Vector512.Create(oneA->Mul0, otherA->Mul0), mul1A = Vector512.Create(oneA->Mul1, otherA->Mul1);
        byte* data0 = data[0], data1 = data[1];
        nuint end = packets * HighwayState.PacketBytes;
        for (nuint at = 0; at < end; at += HighwayState.PacketBytes)
        {
            v1A += mul0A + Pair(data0 + at, data1 + at);
            mul0A ^= Product(v1A, v0A);
            v0A += mul1A;
            mul1A ^= Product(v0A, v1A);
            v0A += Zipper(v1A);
            v1A += Zipper(v0A);
        }

        *oneA = new HighwayState { V0 = v0A.GetLower(), V1 = v1A.GetLower(), Mul0 = mul0A.GetLower(), Mul1 = mul1A.GetLower() };
        *otherA = new HighwayState { V0 = v0A.GetUpper(), V1 = v1A.GetUpper(), Mul0 = mul0A.GetUpper(), Mul1 = mul1A.GetUpper() };
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Update4(HighwayState* states, byte** data, nuint packets)
    {
        HighwayState* oneA = states + 0, otherA = states + 1;
        Vector512<ulong> v0A = Vector512.Create(oneA->V0, otherA->V0), v1A = Vector512.Create(oneA->V1, otherA->V1);
        Vector512<ulong> mul0A = Vector512.Create(oneA->Mul0, otherA->Mul0), mul1A = Vector512.Create(oneA->Mul1, otherA->Mul1);
        HighwayState* oneB = states + 2, otherB = states + 3;
        Vector512<ulong> v0B = Vector512.Create(oneB->V0, otherB->V0), v1B = Vector512.Create(oneB->V1, otherB->V1);
        Vector512<ulong> mul0B = Vector512.Create(oneB->Mul0, otherB->Mul0), mul1B = Vector512.Create(oneB->Mul1, otherB->Mul1);
        byte* data0 = data[0], data1 = data[1], data2 = data[2], data3 = data[3];
        nuint end = packets * HighwayState.PacketBytes;
        for (nuint at = 0; at < end; at += HighwayState.PacketBytes)
        {
            v1A += mul0A + Pair(data0 + at, data1 + at);
            v1B += mul0B + Pair(data2 + at, data3 + at);
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

        *oneA = new HighwayState { V0 = v0A.GetLower(), V1 = v1A.GetLower(), Mul0 = mul0A.GetLower(), Mul1 = mul1A.GetLower() };
        *otherA = new HighwayState { V0 = v0A.GetUpper(), V1 = v1A.GetUpper(), Mul0 = mul0A.GetUpper(), Mul1 = mul1A.GetUpper() };
        *oneB = new HighwayState { V0 = v0B.GetLower(), V1 = v1B.GetLower(), Mul0 = mul0B.GetLower(), Mul1 = mul1B.GetLower() };
        *otherB = new HighwayState { V0 = v0B.GetUpper(), V1 = v1B.GetUpper(), Mul0 = mul0B.GetUpper(), Mul1 = mul1B.GetUpper() };
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Update6(HighwayState* states, byte** data, nuint packets)
    {
        HighwayState* oneA = states + 0, otherA = states + 1;
        Vector512<ulong> v0A = Vector512.Create(oneA->V0, otherA->V0), v1A = Vector512.Create(oneA->V1, otherA->V1);
        Vector512<ulong> mul0A = Vector512.Create(oneA->Mul0, otherA->Mul0), mul1A = Vector512.Create(oneA->Mul1, otherA->Mul1);
        HighwayState* oneB = states + 2, otherB = states + 3;
        Vector512<ulong> v0B = Vector512.Create(oneB->V0, otherB->V0), v1B = Vector512.Create(oneB->V1, otherB->V1);
        Vector512<ulong> mul0B = Vector512.Create(oneB->Mul0, otherB->Mul0), mul1B = Vector512.Create(oneB->Mul1, otherB->Mul1);
        HighwayState* oneC = states + 4, otherC = states + 5;
        Vector512<ulong> v0C = Vector512.Create(oneC->V0, otherC->V0), v1C = Vector512.Create(oneC->V1, otherC->V1);
        Vector512<ulong> mul0C = Vector512.Create(oneC->Mul0, otherC->Mul0), mul1C = Vector512.Create(oneC->Mul1, otherC->Mul1);
        byte* data0 = data[0], data1 = data[1], data2 = data[2], data3 = data[3], data4 = data[4], data5 = data[5];
        nuint end = packets * HighwayState.PacketBytes;
        for (nuint at = 0; at < end; at += HighwayState.PacketBytes)
        {
            v1A += mul0A + Pair(data0 + at, data1 + at);
            v1B += mul0B + Pair(data2 + at, data3 + at);
            v1C += mul0C + Pair(data4 + at, data5 + at);
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

        *oneA = new HighwayState { V0 = v0A.GetLower(), V1 = v1A.GetLower(), Mul0 = mul0A.GetLower(), Mul1 = mul1A.GetLower() };
        *otherA = new HighwayState { V0 = v0A.GetUpper(), V1 = v1A.GetUpper(), Mul0 = mul0A.GetUpper(), Mul1 = mul1A.GetUpper() };
        *oneB = new HighwayState { V0 = v0B.GetLower(), V1 = v1B.GetLower(), Mul0 = mul0B.GetLower(), Mul1 = mul1B.GetLower() };
        *otherB = new HighwayState { V0 = v0B.GetUpper(), V1 = v1B.GetUpper(), Mul0 = mul0B.GetUpper(), Mul1 = mul1B.GetUpper() };
        *oneC = new HighwayState { V0 = v0C.GetLower(), V1 = v1C.GetLower(), Mul0 = mul0C.GetLower(), Mul1 = mul1C.GetLower() };
        *otherC = new HighwayState { V0 = v0C.GetUpper(), V1 = v1C.GetUpper(), Mul0 = mul0C.GetUpper(), Mul1 = mul1C.GetUpper() };
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Update8(HighwayState* states, byte** data, nuint packets)
    {
        HighwayState* oneA = states + 0, otherA = states + 1;
        Vector512<ulong> v0A = Vector512.Create(oneA->V0, otherA->V0), v1A = Vector512.Create(oneA->V1, otherA->V1);
        Vector512<ulong> mul0A = Vector512.Create(oneA->Mul0, otherA->Mul0), mul1A = Vector512.Create(oneA->Mul1, otherA->Mul1);
        HighwayState* oneB = states + 2, otherB = states + 3;
        Vector512<ulong> v0B = Vector512.Create(oneB->V0, otherB->V0), v1B = Vector512.Create(oneB->V1, otherB->V1);
        Vector512<ulong> mul0B = Vector512.Create(oneB->Mul0, otherB->Mul0), mul1B = Vector512.Create(oneB->Mul1, otherB->Mul1);
        HighwayState* oneC = states + 4, otherC = states + 5;
        Vector512<ulong> v0C = Vector512.Create(oneC->V0, otherC->V0), v1C = Vector512.Create(oneC->V1, otherC->V1);
        Vector512<ulong> mul0C = Vector512.Create(oneC->Mul0, otherC->Mul0), mul1C = Vector512.Create(oneC->Mul1, otherC->Mul1);
        HighwayState* oneD = states + 6, otherD = states + 7;
        Vector512<ulong> v0D = Vector512.Create(oneD->V0, otherD->V0), v1D = Vector512.Create(oneD->V1, otherD->V1);
        Vector512<ulong> mul0D = Vector512.Create(oneD->Mul0, otherD->Mul0), mul1D = Vector512.Create(oneD->Mul1, otherD->Mul1);
        byte* data0 = data[0], data1 = data[1], data2 = data[2], data3 = data[3], data4 = data[4], data5 = data[5], data6 = data[6], data7 = data[7];
        nuint end = packets * HighwayState.PacketBytes;
        for (nuint at = 0; at < end; at += HighwayState.PacketBytes)
        {
            v1A += mul0A + Pair(data0 + at, data1 + at);
            v1B += mul0B + Pair(data2 + at, data3 + at);
            v1C += mul0C + Pair(data4 + at, data5 + at);
            v1D += mul0D + Pair(data6 + at, data7 + at);
            mul0A ^= Product(v1A, v0A);
            mul0B ^= Product(v1B, v0B);
            mul0C ^= Product(v1C, v0C);
            mul0D ^= Product(v1D, v0D);
            v0A += mul1A;
            v0B += mul1B;
            v0C += mul1C;
            v0D += mul1D;
            mul1A ^= Product(v0A, v1A);
            mul1B ^= Product(v0B, v1B);
            mul1C ^= Product(v0C, v1C);
            mul1D ^= Product(v0D, v1D);
            v0A += Zipper(v1A);
            v0B += Zipper(v1B);
            v0C += Zipper(v1C);
            v0D += Zipper(v1D);
            v1A += Zipper(v0A);
            v1B += Zipper(v0B);
            v1C += Zipper(v0C);
            v1D += Zipper(v0D);
        }

        *oneA = new HighwayState { V0 = v0A.GetLower(), V1 = v1A.GetLower(), Mul0 = mul0A.GetLower(), Mul1 = mul1A.GetLower() };
        *otherA = new HighwayState { V0 = v0A.GetUpper(), V1 = v1A.GetUpper(), Mul0 = mul0A.GetUpper(), Mul1 = mul1A.GetUpper() };
        *oneB = new HighwayState { V0 = v0B.GetLower(), V1 = v1B.GetLower(), Mul0 = mul0B.GetLower(), Mul1 = mul1B.GetLower() };
        *otherB = new HighwayState { V0 = v0B.GetUpper(), V1 = v1B.GetUpper(), Mul0 = mul0B.GetUpper(), Mul1 = mul1B.GetUpper() };
        *oneC = new HighwayState { V0 = v0C.GetLower(), V1 = v1C.GetLower(), Mul0 = mul0C.GetLower(), Mul1 = mul1C.GetLower() };
        *otherC = new HighwayState { V0 = v0C.GetUpper(), V1 = v1C.GetUpper(), Mul0 = mul0C.GetUpper(), Mul1 = mul1C.GetUpper() };
        *oneD = new HighwayState { V0 = v0D.GetLower(), V1 = v1D.GetLower(), Mul0 = mul0D.GetLower(), Mul1 = mul1D.GetLower() };
        *otherD = new HighwayState { V0 = v0D.GetUpper(), V1 = v1D.GetUpper(), Mul0 = mul0D.GetUpper(), Mul1 = mul1D.GetUpper() };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Pair(byte* one, byte* other) =>
        Vector512.Create(Vector256.Load((ulong*)one), Vector256.Load((ulong*)other));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Product(Vector512<ulong> low, Vector512<ulong> high) =>
        Avx512F.Multiply(low.AsUInt32(), (high >>> 32).AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Zipper(Vector512<ulong> words) => Avx512BW.Shuffle(
        words.AsByte(),
        Vector512.Create(
            0x000f010e05020c03ul, 0x070806090d0a040bul, 0x000f010e05020c03ul, 0x070806090d0a040bul,
            0x000f010e05020c03ul, 0x070806090d0a040bul, 0x000f010e05020c03ul, 0x070806090d0a040bul).AsByte()).AsUInt64();
}
