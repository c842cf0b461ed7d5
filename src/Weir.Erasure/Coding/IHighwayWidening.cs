using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Weir.Erasure.Coding;

/// <summary>The two operations of HighwayHash that instruction sets offer differently.</summary>
internal interface IHighwayWidening
{
    /// <summary>The low half of each word of one times the high half of each word of the other, 64 bits each.</summary>
    static abstract Vector128<ulong> Product(Vector128<ulong> low, Vector128<ulong> high);

    static abstract Vector128<ulong> Zipper(Vector128<ulong> words);
}

/// <summary>By the portable API.</summary>
internal readonly struct PortableWidening : IHighwayWidening
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Product(Vector128<ulong> low, Vector128<ulong> high) =>
        (low & Vector128.Create((ulong)uint.MaxValue)) * (high >>> 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Zipper(Vector128<ulong> words) =>
        Vector128.Shuffle(words.AsByte(), Vector128.Create(3, 12, 2, 5, 14, 1, 15, 0, 11, 4, 10, 13, 9, 6, 8, (byte)7)).AsUInt64();
}

/// <summary>By PMULUDQ and PSHUFB.</summary>
internal readonly struct SseWidening : IHighwayWidening
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Product(Vector128<ulong> low, Vector128<ulong> high) =>
        Sse2.Multiply(low.AsUInt32(), (high >>> 32).AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Zipper(Vector128<ulong> words) =>
        Ssse3.Shuffle(words.AsByte(), Vector128.Create(3, 12, 2, 5, 14, 1, 15, 0, 11, 4, 10, 13, 9, 6, 8, (byte)7)).AsUInt64();
}
