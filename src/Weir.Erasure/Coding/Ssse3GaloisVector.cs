using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Weir.Erasure.Coding;

/// <summary>SSSE3: PSHUFB looks sixteen nibbles up at a time.</summary>
internal readonly unsafe struct Ssse3GaloisVector : IGaloisVector<Vector128<byte>>
{
    public static int SizeBytes => 16;

    public static int EntryBytes => GaloisTable.NibbleBytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Load(byte* from) => Vector128.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<byte> value, byte* to) => value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(byte* input)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Low(Vector128<byte> value) => value & Vector128.Create((byte)0x0f);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> High(Vector128<byte> value) => (value.AsUInt16() >>> 4).AsByte() & Vector128.Create((byte)0x0f);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> LowTable(byte* entry) => Vector128.Load(entry);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> HighTable(byte* entry) => Vector128.Load(entry + 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Accumulate(
        Vector128<byte> sum, Vector128<byte> low, Vector128<byte> high, Vector128<byte> lowTable, Vector128<byte> highTable) =>
        sum ^ Ssse3.Shuffle(lowTable, low) ^ Ssse3.Shuffle(highTable, high);
}
