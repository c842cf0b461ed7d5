using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Weir.Erasure.Coding;

/// <summary>AVX2: thirty-two nibbles at a time.</summary>
internal readonly unsafe struct Avx2GaloisVector : IGaloisVector<Vector256<byte>>
{
    public static int SizeBytes => 32;

    public static int EntryBytes => GaloisTable.NibbleBytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Load(byte* from) => Vector256.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<byte> value, byte* to) => value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(byte* input)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Low(Vector256<byte> value) => value & Vector256.Create((byte)0x0f);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> High(Vector256<byte> value) => (value.AsUInt16() >>> 4).AsByte() & Vector256.Create((byte)0x0f);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> LowTable(byte* entry) => Avx2.BroadcastVector128ToVector256(entry);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> HighTable(byte* entry) => Avx2.BroadcastVector128ToVector256(entry + 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Accumulate(
        Vector256<byte> sum, Vector256<byte> low, Vector256<byte> high, Vector256<byte> lowTable, Vector256<byte> highTable) =>
        sum ^ Avx2.Shuffle(lowTable, low) ^ Avx2.Shuffle(highTable, high);
}
