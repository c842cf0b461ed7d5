using System.Buffers.Binary;

namespace Weir.BlockEvents.Topology;

/// <summary>
/// Reads a file system's UUID from its superblock, for machines where udev does not tell. Formats: fs/ext4/ext4.h, fs/xfs/libxfs/xfs_format.h,
/// include/uapi/linux/btrfs_tree.h of the kernel; LUKS: the cryptsetup project's on-disk format 1 and 2.
/// </summary>
internal static class Superblock
{
    private const int BtrfsAt = 0x10000;
    private const int ExtAt = 0x400;

    /// <summary>The UUID and the type; null when nothing known is there or the device cannot be read.</summary>
    public static (string Uuid, string Type)? Read(string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0);
            byte[] start = new byte[4096];
            int length = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
            if (length < start.Length) return null;
            if (start.AsSpan().StartsWith("XFSB"u8)) return (Format(start.AsSpan(32, 16)), "xfs");
            if (start.AsSpan().StartsWith("LUKS"u8) && start[4] == 0xba && start[5] == 0xbe) return Luks(start);
            if (BinaryPrimitives.ReadUInt16LittleEndian(start.AsSpan(ExtAt + 0x38)) == 0xEF53) return (Format(start.AsSpan(ExtAt + 0x68, 16)), Ext(start.AsSpan(ExtAt)));
            file.Position = BtrfsAt;
            length = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
            return length == start.Length && start.AsSpan(0x40).StartsWith("_BHRfS_M"u8) ? (Format(start.AsSpan(0x20, 16)), "btrfs") : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return null;
        }
    }

    private static string Ext(ReadOnlySpan<byte> superblock)
    {
        const uint HasJournal = 4, HasExtents = 0x40;
        if ((BinaryPrimitives.ReadUInt32LittleEndian(superblock[0x60..]) & HasExtents) != 0) return "ext4";
        return (BinaryPrimitives.ReadUInt32LittleEndian(superblock[0x5c..]) & HasJournal) != 0 ? "ext3" : "ext2";
    }

    private static (string, string)? Luks(ReadOnlySpan<byte> header)
    {
        ReadOnlySpan<byte> uuid = header.Slice(168, 40);
        int end = uuid.IndexOf((byte)0);
        string text = System.Text.Encoding.ASCII.GetString(end < 0 ? uuid : uuid[..end]);
        return Guid.TryParse(text, out _) ? (text, "crypto_LUKS") : null;
    }

    private static string Format(ReadOnlySpan<byte> uuid) => new Guid(uuid, bigEndian: true).ToString();
}
