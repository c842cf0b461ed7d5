using System.Buffers.Binary;
using System.Text;
using Weir.Feed.Disks;

namespace Weir.Feed.Log;

/// <summary>
/// Where a topic ends for its readers, as its writer published it after the last flush: 64 bytes, overwritten in place.
/// It lives in the page cache and is never flushed itself: under another boot id it counts for nothing, and readers then find
/// the end by the frames' own checksums.
/// </summary>
/// <param name="Salt">Which segment is the last.</param>
/// <param name="DurableEnd">Its length in bytes up to which everything is on stable storage.</param>
/// <param name="LastId">The last durable id of the topic.</param>
/// <param name="Count">Durable records in that segment.</param>
/// <param name="Poisoned">A flush failed: nothing behind <paramref name="DurableEnd"/> can be trusted.</param>
internal readonly record struct TailState(ulong Salt, long DurableEnd, RecordId LastId, long Count, bool Poisoned);

internal static class TailFile
{
    public const int Bytes = 64;

    private const uint Magic = 0x4c41_5457; // "WTAL"
    private const int CrcAt = 4;
    private const int CrcFrom = 8;
    private const int ReadAttempts = 4;

    public static void Write(IDiskFile file, Span<byte> scratch, in TailState state, ulong bootKey)
    {
        Span<byte> bytes = scratch[..Bytes];
        bytes.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], state.Salt);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], state.DurableEnd);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], state.LastId.Milliseconds);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[32..], state.LastId.Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[40..], state.Count);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[48..], bootKey);
        bytes[56] = state.Poisoned ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[CrcAt..], Crc32C.Compute(bytes[CrcFrom..]));
        file.Write(bytes, 0);
    }

    /// <summary>The published state; null when there is none, it is damaged, or another boot wrote it.</summary>
    public static TailState? Read(IDisk disk, string path, ulong bootKey)
    {
        if (bootKey == 0) return null;
        using IDiskFile? file = disk.OpenRead(path);
        if (file is null) return null;
        Span<byte> bytes = stackalloc byte[Bytes];

        // A read may meet a write half-way; the checksum tells, and the next look finds it whole.
        for (int attempt = 0; attempt < ReadAttempts; attempt++)
        {
            if (file.Read(bytes, 0) != Bytes) return null;
            if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic) return null;
            if (Crc32C.Compute(bytes[CrcFrom..]) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[CrcAt..])) continue;
            if (BinaryPrimitives.ReadUInt64LittleEndian(bytes[48..]) != bootKey) return null;
            return new TailState(
                BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
                BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
                new(BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..])),
                BinaryPrimitives.ReadInt64LittleEndian(bytes[40..]),
                bytes[56] != 0);
        }

        return null;
    }

    /// <summary>Whether the file is whole, whichever boot wrote it, or not there at all.</summary>
    public static bool IsIntact(IDisk disk, string path)
    {
        using IDiskFile? file = disk.OpenRead(path);
        return file is null || IsIntact(file, stackalloc byte[Bytes]);
    }

    /// <summary>Whether the machine was started since the file was written, so that all there is comes from the disk.</summary>
    public static bool IsOfAnotherBoot(IDisk disk, string path, ulong bootKey)
    {
        using IDiskFile? file = disk.OpenRead(path);
        Span<byte> bytes = stackalloc byte[Bytes];
        return bootKey != 0 && file is not null && IsIntact(file, bytes) && BinaryPrimitives.ReadUInt64LittleEndian(bytes[48..]) != bootKey;
    }

    private static bool IsIntact(IDiskFile file, Span<byte> bytes)
    {
        for (int attempt = 0; attempt < ReadAttempts; attempt++)
        {
            bool isWhole = file.Read(bytes, 0) == Bytes && file.Length == Bytes && BinaryPrimitives.ReadUInt32LittleEndian(bytes) == Magic;
            if (isWhole && Crc32C.Compute(bytes[CrcFrom..]) == BinaryPrimitives.ReadUInt32LittleEndian(bytes[CrcAt..])) return true;
        }

        return false;
    }

    /// <summary>The boot id as a number; 0 when it is not known.</summary>
    public static ulong BootKey(string bootId)
    {
        if (bootId.Length == 0) return 0;
        byte[] bytes = Encoding.UTF8.GetBytes(bootId);
        return ((ulong)Crc32C.Compute(bytes) << 32) | Crc32C.Compute(bytes, 0x5745_4952) | 1;
    }
}
