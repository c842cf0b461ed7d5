using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Weir.Feed;

/// <summary>CRC-32C (Castagnoli, RFC 3720 appendix B.4), by the processor's instruction where it has one.</summary>
public static class Crc32C
{
    /// <summary>The checksum of <paramref name="data"/>; <paramref name="seed"/> 0 gives the standard value, any other a keyed one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint Compute(ReadOnlySpan<byte> data, uint seed = 0)
    {
        uint crc = ~seed;
        ref byte at = ref MemoryMarshal.GetReference(data);
        int left = data.Length;
        while (left >= 8)
        {
            crc = BitOperations.Crc32C(crc, Unsafe.ReadUnaligned<ulong>(ref at));
            at = ref Unsafe.Add(ref at, 8);
            left -= 8;
        }

        while (left > 0)
        {
            crc = BitOperations.Crc32C(crc, at);
            at = ref Unsafe.Add(ref at, 1);
            left--;
        }

        return ~crc;
    }
}
