using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Weir.Feed.Log;

/// <summary>What a reader finds where a frame should be.</summary>
internal enum FrameState : byte
{
    Intact,

    /// <summary>The buffer ends before the frame does.</summary>
    Incomplete,

    /// <summary>No frame starts here, or its header is damaged.</summary>
    BadHeader,

    /// <summary>The header is intact (so id and length are known), the body is damaged.</summary>
    BadBody,
}

/// <summary>
/// Seals and checks frames. The header's checksum is keyed by the segment's salt and the frame's offset: data that imitates
/// a frame, or a frame that was copied elsewhere, is not taken for one.
/// </summary>
internal static class Frame
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Seed(ulong salt, long offset) => (uint)(((salt ^ (ulong)offset) * 0x9E37_79B9_7F4A_7C15) >> 32);

    /// <summary>Writes the header's checksum; id, lengths and body checksum must stand.</summary>
    public static void Seal(Span<byte> frame, ulong salt, long offset) => BinaryPrimitives.WriteUInt32LittleEndian(
        frame[FrameLayout.HeaderCrcAt..], HeaderCrc(frame, salt, offset));

    /// <summary>Checks what stands at the start of <paramref name="at"/>.</summary>
    /// <param name="at">Bytes of the segment from <paramref name="offset"/> on.</param>
    /// <param name="salt">The segment's salt.</param>
    /// <param name="offset">Where in the segment that is.</param>
    /// <param name="length">The whole frame's length in bytes where the header is intact, else what is needed at least.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static FrameState Check(ReadOnlySpan<byte> at, ulong salt, long offset, out int length)
    {
        length = FrameLayout.HeaderBytes;
        if (at.Length < FrameLayout.HeaderBytes) return FrameState.Incomplete;
        if (!HeaderIsIntact(at, salt, offset)) return FrameState.BadHeader;
        length = FrameLayout.HeaderBytes + FrameLayout.BodyLength(at);
        if (at.Length < length) return FrameState.Incomplete;
        uint crc = BinaryPrimitives.ReadUInt32LittleEndian(at[FrameLayout.BodyCrcAt..]);
        return Crc32C.Compute(at[FrameLayout.HeaderBytes..length]) == crc ? FrameState.Intact : FrameState.BadBody;
    }

    /// <summary>Whether an intact frame header stands here; its body is not looked at.</summary>
    public static bool HeaderIsIntact(ReadOnlySpan<byte> header, ulong salt, long offset)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != FrameLayout.Magic) return false;
        if (HeaderCrc(header, salt, offset) != BinaryPrimitives.ReadUInt32LittleEndian(header[FrameLayout.HeaderCrcAt..])) return false;
        int body = FrameLayout.BodyLength(header);
        int names = FrameLayout.TypeLength(header) + FrameLayout.SourceLength(header) + FrameLayout.SubjectLength(header);
        return (uint)body <= RecordLimits.MaxBodyBytes && names <= body;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint HeaderCrc(ReadOnlySpan<byte> header, ulong salt, long offset) =>
        Crc32C.Compute(header[FrameLayout.HeaderCrcFrom..FrameLayout.HeaderBytes], Seed(salt, offset));
}
