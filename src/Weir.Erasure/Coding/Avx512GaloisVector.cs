using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Weir.Erasure.Coding;

/// <summary>AVX-512 BW: sixty-four nibbles at a time, both additions in one instruction.</summary>
internal readonly unsafe struct Avx512GaloisVector : IGaloisVector<Vector512<byte>>
{
    public static int SizeBytes => 64;

    public static int EntryBytes => GaloisTable.NibbleBytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Load(byte* from) => Vector512.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<byte> value, byte* to) => value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(byte* input)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Low(Vector512<byte> value) => value & Vector512.Create((byte)0x0f);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> High(Vector512<byte> value) => (value.AsUInt16() >>> 4).AsByte() & Vector512.Create((byte)0x0f);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> LowTable(byte* entry) => Avx512F.BroadcastVector128ToVector512((uint*)(entry)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> HighTable(byte* entry) => Avx512F.BroadcastVector128ToVector512((uint*)(entry + 16)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Accumulate(
        Vector512<byte> sum, Vector512<byte> low, Vector512<byte> high, Vector512<byte> lowTable, Vector512<byte> highTable) =>
        Avx512F.TernaryLogic(sum, Avx512BW.Shuffle(lowTable, low), Avx512BW.Shuffle(highTable, high), 0x96);
}
