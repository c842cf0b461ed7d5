using System.Buffers.Binary;

namespace Weir.Feed.Log;

/// <summary>
/// The first 64 bytes of a segment. Readers need only its version; the rest repeats the file's name, so that a renamed file
/// can be recognised.
/// </summary>
internal static class SegmentHeader
{
    public const int Bytes = 64;
    public const uint Version = 1;

    private const int CrcAt = 12;

    private static ReadOnlySpan<byte> Magic => "WEIRSEG\0"u8;

    public static void Write(Span<byte> header, SegmentName name, DateTimeOffset created)
    {
        header[..Bytes].Clear();
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], Version);
        BinaryPrimitives.WriteUInt64LittleEndian(header[16..], name.Salt);
        BinaryPrimitives.WriteUInt64LittleEndian(header[24..], name.After.Milliseconds);
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], name.After.Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(header[40..], created.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteUInt32LittleEndian(header[CrcAt..], Crc32C.Compute(header[..Bytes]));
    }

    /// <summary>What is wrong with the header; null when nothing is.</summary>
    /// <exception cref="FeedException">The segment has a newer format.</exception>
    public static string? Check(ReadOnlySpan<byte> header, SegmentName name, string path)
    {
        if (header.Length < Bytes) return "the segment header is cut short";
        Span<byte> copy = stackalloc byte[Bytes];
        header[..Bytes].CopyTo(copy);
        BinaryPrimitives.WriteUInt32LittleEndian(copy[CrcAt..], 0);
        if (Crc32C.Compute(copy) != BinaryPrimitives.ReadUInt32LittleEndian(header[CrcAt..]) || !header.StartsWith(Magic))
            return "the segment header is damaged";
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        if (version > Version)
            throw new FeedException($"Segment {path} has format {version}; this program knows formats up to {Version}. Use the Weir that wrote it, or a newer one.");
        return BinaryPrimitives.ReadUInt64LittleEndian(header[16..]) == name.Salt ? null : "the segment header belongs to another file";
    }
}
