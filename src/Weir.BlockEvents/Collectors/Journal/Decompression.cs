using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Weir.BlockEvents.Collectors.Journal;

/// <summary>
/// Unpacks long fields of the journal with the libraries that systemd itself uses, where they are installed: libzstd, liblz4, liblzma.
/// </summary>
internal static partial class Decompression
{
    /// <summary>A longer field is not unpacked.</summary>
    public const int MaxBytes = 1024 * 1024;

    private const byte Xz = 1, Lz4 = 2, Zstd = 4;

    /// <summary>Whether the object's flags say that its payload is packed.</summary>
    public static bool IsPacked(byte flags) => (flags & (Xz | Lz4 | Zstd)) != 0;

    /// <summary>Unpacks; the length, or -1 when it cannot be done.</summary>
    /// <param name="flags">The object's.</param>
    /// <param name="packed">The payload.</param>
    /// <param name="buffer">Where to; it grows as needed.</param>
    public static int Unpack(byte flags, ReadOnlySpan<byte> packed, ref byte[] buffer)
    {
        try
        {
            return (flags & Zstd) != 0 ? UnpackZstd(packed, ref buffer) : (flags & Lz4) != 0 ? UnpackLz4(packed, ref buffer) : UnpackXz(packed, ref buffer);
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            return -1;
        }
    }

    private static int UnpackZstd(ReadOnlySpan<byte> packed, ref byte[] buffer)
    {
        ulong size = ZstdSize(packed, (nuint)packed.Length);
        if (size > MaxBytes) return -1;
        Grow(ref buffer, (int)size);
        nuint written = ZstdDecompress(buffer, (nuint)size, packed, (nuint)packed.Length);
        return written <= size ? (int)written : -1;
    }

    private static int UnpackLz4(ReadOnlySpan<byte> packed, ref byte[] buffer)
    {
        if (packed.Length < 9) return -1;
        ulong size = BinaryPrimitives.ReadUInt64LittleEndian(packed);
        if (size > MaxBytes) return -1;
        Grow(ref buffer, (int)size);
        return Lz4Decompress(packed[8..], buffer, packed.Length - 8, (int)size);
    }

    private static int UnpackXz(ReadOnlySpan<byte> packed, ref byte[] buffer)
    {
        const int MemoryBytes = 64 * 1024 * 1024;
        Grow(ref buffer, MaxBytes);
        (ulong memory, nuint read, nuint written) = (MemoryBytes, 0, 0);
        return XzDecode(ref memory, 0, IntPtr.Zero, packed, ref read, (nuint)packed.Length, buffer, ref written, MaxBytes) == 0 ? (int)written : -1;
    }

    private static void Grow(ref byte[] buffer, int size)
    {
        if (buffer.Length < size) buffer = new byte[size];
    }

    [LibraryImport("libzstd.so.1", EntryPoint = "ZSTD_getFrameContentSize")]
    private static partial ulong ZstdSize(ReadOnlySpan<byte> source, nuint length);

    [LibraryImport("libzstd.so.1", EntryPoint = "ZSTD_decompress")]
    private static partial nuint ZstdDecompress(Span<byte> target, nuint capacity, ReadOnlySpan<byte> source, nuint length);

    [LibraryImport("liblz4.so.1", EntryPoint = "LZ4_decompress_safe")]
    private static partial int Lz4Decompress(ReadOnlySpan<byte> source, Span<byte> target, int length, int capacity);

    [LibraryImport("liblzma.so.5", EntryPoint = "lzma_stream_buffer_decode")]
    private static partial int XzDecode(
        ref ulong memory, uint flags, IntPtr allocator, ReadOnlySpan<byte> source, ref nuint sourceAt, nuint sourceLength, Span<byte> target, ref nuint targetAt, nuint targetLength);
}
