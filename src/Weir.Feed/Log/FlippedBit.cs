using Weir.Feed.Disks;

namespace Weir.Feed.Log;

/// <summary>A frame header that is intact but for one bit.</summary>
/// <param name="Id">The record's id, with the bit put right.</param>
/// <param name="Byte">Which byte of the header.</param>
/// <param name="Bit">Which bit of it, 0 the lowest.</param>
internal readonly record struct FlippedBit(RecordId Id, int Byte, int Bit)
{
    /// <summary>
    /// Looks for the one bit whose flip explains a damaged header. With 320 candidates and a 32-bit checksum, garbage is taken
    /// for a flipped header once in thirteen million times; only the verifier's wording depends on it.
    /// </summary>
    public static FlippedBit? Find(IDiskFile file, ulong salt, long offset)
    {
        Span<byte> header = stackalloc byte[FrameLayout.HeaderBytes];
        if (file.Read(header, offset) < header.Length) return null;
        for (int at = 0; at < header.Length; at++)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                header[at] ^= (byte)(1 << bit);
                if (Frame.HeaderIsIntact(header, salt, offset)) return new(FrameLayout.ReadId(header), at, bit);
                header[at] ^= (byte)(1 << bit);
            }
        }

        return null;
    }
}
