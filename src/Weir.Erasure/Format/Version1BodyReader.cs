using System.Buffers.Binary;
using System.Text;

namespace Weir.Erasure.Format;

/// <summary>
/// Reads "V1Obj": what xl.json held, carried over into xl.meta. Fields go by their name without regard to case, since they
/// follow the program's own names rather than those of the JSON.
/// </summary>
internal static class Version1BodyReader
{
    /// <summary>Where MinIO moves the parts of an object of the oldest format when it carries its metadata over.</summary>
    public const string DataDirectory = "legacy";

    public static XlObject Read(ref MessagePackReader reader, ReadOnlyMemory<byte> body)
    {
        var content = new XlObject { Dialect = XlDialect.Version1, DataDirName = DataDirectory };
        for (int left = reader.ReadMapHeader(); left > 0; left--)
        {
            ReadOnlySpan<byte> key = reader.ReadBytes();
            if (Is(key, "stat"u8)) content = ReadStat(ref reader, content);
            else if (Is(key, "erasure"u8)) content = ReadErasure(ref reader, content);
            else if (Is(key, "meta"u8)) content = content with { UserMetadata = XlMetadata.Read(ref reader, body) };
            else if (Is(key, "parts"u8)) content = content with { Parts = ReadParts(ref reader) };
            else if (Is(key, "versionid"u8)) content = content with { VersionId = ReadId(ref reader) };
            else reader.Skip();
        }

        return content;
    }

    private static XlObject ReadStat(ref MessagePackReader reader, XlObject content)
    {
        for (int left = reader.ReadMapHeader(); left > 0; left--)
        {
            ReadOnlySpan<byte> key = reader.ReadBytes();
            if (Is(key, "size"u8)) content = content with { Size = reader.ReadInteger() };
            else if (Is(key, "modtime"u8)) content = content with { ModTime = ReadTime(ref reader) };
            else reader.Skip();
        }

        return content;
    }

    private static XlObject ReadErasure(ref MessagePackReader reader, XlObject content)
    {
        for (int left = reader.ReadMapHeader(); left > 0; left--)
        {
            ReadOnlySpan<byte> key = reader.ReadBytes();
            if (Is(key, "algorithm"u8)) content = content with { ErasureAlgorithm = XlJson.ErasureAlgorithm(Encoding.UTF8.GetString(reader.ReadBytes())) };
            else if (Is(key, "datablocks"u8) || Is(key, "data"u8)) content = content with { Data = reader.ReadInt32() };
            else if (Is(key, "parityblocks"u8) || Is(key, "parity"u8)) content = content with { Parity = reader.ReadInt32() };
            else if (Is(key, "blocksize"u8)) content = content with { BlockSize = reader.ReadInteger() };
            else if (Is(key, "index"u8)) content = content with { Index = reader.ReadInt32() };
            else if (Is(key, "distribution"u8)) content = content with { Distribution = XlBodyReader.ReadDistribution(ref reader) };
            else if (Is(key, "checksums"u8) || Is(key, "checksum"u8)) content = content with { WholeHashes = ReadHashes(ref reader) };
            else reader.Skip();
        }

        return XlJson.WithHashAlgorithm(content);
    }

    private static List<XlWholeHash> ReadHashes(ref MessagePackReader reader)
    {
        int count = reader.ReadArrayHeader();
        if (count > XlObject.MaxParts) throw reader.Failure($"{count} checksums");
        var hashes = new List<XlWholeHash>();
        for (; count > 0; count--)
        {
            int part = 0;
            var algorithm = XlHashAlgorithm.Unknown;
            byte[] hash = [];
            for (int left = reader.ReadMapHeader(); left > 0; left--)
            {
                ReadOnlySpan<byte> key = reader.ReadBytes();
                if (Is(key, "partnumber"u8)) part = reader.ReadInt32();
                else if (Is(key, "algorithm"u8)) algorithm = reader.ReadInteger() is >= 1 and <= 4 and long known ? (XlHashAlgorithm)known : XlHashAlgorithm.Unknown;
                else if (Is(key, "hash"u8)) hash = reader.ReadBytes().ToArray();
                else reader.Skip();
            }

            hashes.Add(new(part, algorithm, hash));
        }

        return hashes;
    }

    private static List<XlPart> ReadParts(ref MessagePackReader reader)
    {
        int count = reader.ReadArrayHeader();
        if (count > XlObject.MaxParts) throw reader.Failure($"{count} parts");
        var parts = new List<XlPart>();
        for (; count > 0; count--)
        {
            var part = new XlPart(0, 0, -1, "");
            for (int left = reader.ReadMapHeader(); left > 0; left--)
            {
                ReadOnlySpan<byte> key = reader.ReadBytes();
                if (Is(key, "number"u8)) part = part with { Number = reader.ReadInt32() };
                else if (Is(key, "size"u8)) part = part with { Size = reader.ReadInteger() };
                else if (Is(key, "actualsize"u8)) part = part with { ActualSize = reader.ReadInteger() };
                else if (Is(key, "etag"u8)) part = part with { ETag = Encoding.UTF8.GetString(reader.ReadBytes()) };
                else reader.Skip();
            }

            parts.Add(part);
        }

        return parts;
    }

    private static Guid ReadId(ref MessagePackReader reader) =>
        Guid.TryParse(Encoding.UTF8.GetString(reader.ReadBytes()), out Guid id) ? id : Guid.Empty;

    /// <summary>The Go library's time extension (type 5: seconds and nanoseconds), or MessagePack's own timestamp of 12 bytes.</summary>
    private static long ReadTime(ref MessagePackReader reader)
    {
        if (reader.Kind == MessagePackKind.Integer) return reader.ReadInteger();
        if (reader.TryReadNil()) return 0;
        ReadOnlySpan<byte> bytes = reader.ReadExtension(out sbyte type);
        (long seconds, int nanoseconds) = (type, bytes.Length) switch
        {
            (5, 12) => (BinaryPrimitives.ReadInt64BigEndian(bytes), BinaryPrimitives.ReadInt32BigEndian(bytes[8..])),
            (-1, 12) => (BinaryPrimitives.ReadInt64BigEndian(bytes[4..]), BinaryPrimitives.ReadInt32BigEndian(bytes)),
            _ => throw reader.Failure($"a time of type {type} and {bytes.Length} bytes"),
        };
        // The zero time of Go lies before what nanoseconds since 1970 can say.
        return seconds is >= 0 and < 9_000_000_000 && nanoseconds is >= 0 and < 1_000_000_000 ? seconds * 1_000_000_000 + nanoseconds : 0;
    }

    private static bool Is(ReadOnlySpan<byte> key, ReadOnlySpan<byte> name) => Ascii.EqualsIgnoreCase(key, name);
}
