using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Weir.Erasure.Coding;

/// <summary>GFNI with 256-bit registers.</summary>
internal readonly unsafe struct Gfni256GaloisVector : IGaloisVector<Vector256<byte>>
{
    // As with 512-bit registers; one line, which is what two registers are.
    private const int PrefetchBytes = 1024;

    public static int SizeBytes => 32;

    public static int EntryBytes => GaloisTable.AffineBytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Load(byte* from) => Vector256.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<byte> value, byte* to) => value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(byte* input) => Sse.Prefetch0(input + PrefetchBytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Low(Vector256<byte> value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> High(Vector256<byte> value) => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> LowTable(byte* entry) => Vector256.Create(*(ulong*)entry).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> HighTable(byte* entry) => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Accumulate(
        Vector256<byte> sum, Vector256<byte> low, Vector256<byte> high, Vector256<byte> lowTable, Vector256<byte> highTable) =>
        sum ^ Gfni.V256.GaloisFieldAffineTransform(low, lowTable, 0);
}
