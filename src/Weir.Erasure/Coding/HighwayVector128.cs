using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Weir.Erasure.Coding;

/// <summary>HighwayHash with 128-bit registers, two for each of the four state words.</summary>
internal static unsafe class HighwayVector128<TWidening>
    where TWidening : struct, IHighwayWidening
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Update(ref HighwayState state, byte* data, nuint packets)
    {
        Vector128<ulong> v0Low = state.V0.GetLower(), v0High = state.V0.GetUpper();
        Vector128<ulong> v1Low = state.V1.GetLower(), v1High = state.V1.GetUpper();
        Vector128<ulong> mul0Low = state.Mul0.GetLower(), mul0High = state.Mul0.GetUpper();
        Vector128<ulong> mul1Low = state.Mul1.GetLower(), mul1High = state.Mul1.GetUpper();
        for (; packets > 0; packets--, data += HighwayState.PacketBytes)
        {
            v1Low += mul0Low + Vector128.Load((ulong*)data);
            v1High += mul0High + Vector128.Load((ulong*)(data + 16));
            mul0Low ^= TWidening.Product(v1Low, v0Low);
            mul0High ^= TWidening.Product(v1High, v0High);
            v0Low += mul1Low;
            v0High += mul1High;
            mul1Low ^= TWidening.Product(v0Low, v1Low);
            mul1High ^= TWidening.Product(v0High, v1High);
            v0Low += TWidening.Zipper(v1Low);
            v0High += TWidening.Zipper(v1High);
            v1Low += TWidening.Zipper(v0Low);
            v1High += TWidening.Zipper(v0High);
        }

        state.V0 = Vector256.Create(v0Low, v0High);
        state.V1 = Vector256.Create(v1Low, v1High);
        state.Mul0 = Vector256.Create(mul0Low, mul0High);
        state.Mul1 = Vector256.Create(mul1Low, mul1High);
    }
}
