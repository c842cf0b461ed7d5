using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Weir.Feed;

/// <summary>
/// Where each member of a record stands in memory and in a segment file: a header of 40 bytes, then type, source,
/// subject and data without anything between them. All numbers are little-endian. Format: docs/feed-log.md.
/// </summary>
internal static class FrameLayout
{
    public const int HeaderBytes = 40;
    public const uint Magic = 0x4345_5257; // "WREC"

    public const int MagicAt = 0;
    public const int HeaderCrcAt = 4;
    public const int BodyCrcAt = 8;
    public const int BodyLengthAt = 12;
    public const int MillisecondsAt = 16;
    public const int SequenceAt = 24;
    public const int TypeLengthAt = 32;
    public const int SourceLengthAt = 34;
    public const int SubjectLengthAt = 36;
    public const int FlagsAt = 38;

    /// <summary>What the header checksum covers starts here: everything behind the checksum itself.</summary>
    public const int HeaderCrcFrom = BodyCrcAt;

    public static RecordId ReadId(ReadOnlySpan<byte> frame) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(frame[MillisecondsAt..]),
        BinaryPrimitives.ReadUInt64LittleEndian(frame[SequenceAt..]));

    public static void WriteId(Span<byte> frame, RecordId id)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(frame[MillisecondsAt..], id.Milliseconds);
        BinaryPrimitives.WriteUInt64LittleEndian(frame[SequenceAt..], id.Sequence);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int BodyLength(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadInt32LittleEndian(frame[BodyLengthAt..]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int TypeLength(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt16LittleEndian(frame[TypeLengthAt..]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SourceLength(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt16LittleEndian(frame[SourceLengthAt..]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SubjectLength(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt16LittleEndian(frame[SubjectLengthAt..]);
}
