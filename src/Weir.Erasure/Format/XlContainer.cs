using System.Buffers.Binary;

namespace Weir.Erasure.Format;

/// <summary>
/// The outer form of xl.meta: "XL2 ", the version (two little-endian words, or the text "1   " for minor 0), then by minor
/// 0 a map, 1 a binary and inline data, 2 and 3 a binary, its checksum and inline data.
/// </summary>
internal static class XlContainer
{
    public const int PrefixBytes = 8;

    public const int MaxMinor = 3;

    /// <summary>Versions of the header tuple and of the bodies that are known.</summary>
    public const int MaxHeaderVersion = 3;

    public const int MaxMetaVersion = 3;

    public static ReadOnlySpan<byte> Magic => "XL2 "u8;

    /// <summary>The minor version of a file that begins so.</summary>
    /// <exception cref="ErasureFormatException">It is no xl.meta, or a newer one.</exception>
    public static int ReadMinor(ReadOnlySpan<byte> prefix)
    {
        if (prefix.Length < PrefixBytes) throw new ErasureFormatException($"xl.meta has only {prefix.Length} bytes.");
        if (!prefix.StartsWith(Magic)) throw new ErasureFormatException("This is no xl.meta: it does not begin with \"XL2 \".");
        if (prefix[4..].StartsWith("1   "u8)) return 0;
        int major = BinaryPrimitives.ReadUInt16LittleEndian(prefix[4..]), minor = BinaryPrimitives.ReadUInt16LittleEndian(prefix[6..]);
        return major == 1 && minor is > 0 and <= MaxMinor
            ? minor
            : throw new ErasureFormatException($"xl.meta has the version {major}.{minor}; known are 1.0 to 1.{MaxMinor}.");
    }

    /// <summary>A header tuple: an array of 4, 5 or 7 fields by its version; more fields are stepped over.</summary>
    public static XlVersionHeader ReadHeader(ReadOnlySpan<byte> header, int headerVersion)
    {
        var reader = new MessagePackReader(header, "a version header");
        int needed = headerVersion switch { 1 => 4, 2 => 5, _ => 7 };
        int fields = reader.ReadArrayHeader();
        if (fields < needed) throw reader.Failure($"{fields} fields where {needed} belong");
        Guid id = XlBodyReader.ReadId(ref reader);
        long modTime = reader.ReadInteger();
        uint signature = 0;
        if (headerVersion >= 2)
        {
            ReadOnlySpan<byte> bytes = reader.ReadBytes();
            if (bytes.Length == 4) signature = BinaryPrimitives.ReadUInt32BigEndian(bytes);
            else if (bytes.Length != 0) throw reader.Failure($"a signature of {bytes.Length} bytes");
        }

        byte type = ReadByte(ref reader), flags = ReadByte(ref reader);
        byte parity = 0, data = 0;
        if (headerVersion >= 3)
        {
            // Parity comes first here, unlike anywhere else in the format.
            parity = ReadByte(ref reader);
            data = ReadByte(ref reader);
        }

        return new(id, modTime, signature, (XlVersionType)type, (XlVersionFlags)flags, data, parity);
    }

    /// <summary>The three numbers that begin the metadata section of minor 3; refuses what is newer than this program.</summary>
    public static (int HeaderVersion, int MetaVersion, int Count) ReadSectionHead(ref MessagePackReader reader)
    {
        long headerVersion = reader.ReadInteger(), metaVersion = reader.ReadInteger(), count = reader.ReadInteger();
        if (headerVersion is < 1 or > MaxHeaderVersion || metaVersion is < 1 or > MaxMetaVersion)
        {
            throw new ErasureFormatException(
                $"xl.meta has header version {headerVersion} and metadata version {metaVersion}; known are 1 to {MaxHeaderVersion} and 1 to {MaxMetaVersion}.");
        }

        if (count is < 0 or > int.MaxValue) throw reader.Failure($"{count} versions");
        return ((int)headerVersion, (int)metaVersion, (int)count);
    }

    private static byte ReadByte(ref MessagePackReader reader) =>
        reader.ReadInteger() is >= 0 and <= byte.MaxValue and long value ? (byte)value : throw reader.Failure("a number beyond 255 in a version header");
}
