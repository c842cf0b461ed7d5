using System.Text;

namespace Weir.Erasure.Format;

/// <summary>Reads the body of a version in the map form of MinIO and RustFS: {"Type", "V2Obj" or "DelObj" or "V1Obj", "v"}.</summary>
internal static class XlBodyReader
{
    private const string What = "the version body";

    /// <exception cref="ErasureFormatException">The body is damaged or unknown.</exception>
    public static XlBody Read(ReadOnlyMemory<byte> body)
    {
        var reader = new MessagePackReader(body.Span, What);
        if (reader.Kind == MessagePackKind.Array) return RustFsLegacyBodyReader.Read(body);
        var type = XlVersionType.Invalid;
        XlObject? content = null;
        XlBody? marker = null;
        long writer = 0;
        for (int left = reader.ReadMapHeader(); left > 0; left--)
        {
            ReadOnlySpan<byte> key = reader.ReadBytes();
            if (key.SequenceEqual("Type"u8)) type = (XlVersionType)(byte)Math.Clamp(reader.ReadInteger(), 0, byte.MaxValue);
            else if (key.SequenceEqual("V2Obj"u8)) content = reader.TryReadNil() ? null : ReadObject(ref reader, body);
            else if (key.SequenceEqual("V1Obj"u8)) content = reader.TryReadNil() ? null : Version1BodyReader.Read(ref reader, body);
            else if (key.SequenceEqual("DelObj"u8)) marker = reader.TryReadNil() ? null : ReadMarker(ref reader, body);
            else if (key.SequenceEqual("v"u8)) writer = reader.ReadInteger();
            else reader.Skip();
        }

        return type switch
        {
            XlVersionType.Object when content is { Dialect: XlDialect.Modern } => Body(type, content, writer),
            XlVersionType.Legacy when content is { Dialect: XlDialect.Version1 } => Body(type, content, writer),
            XlVersionType.DeleteMarker when marker is not null => marker with { WriterTime = writer },
            _ => throw reader.Failure($"no content for a version of type {(byte)type}"),
        };
    }

    private static XlBody Body(XlVersionType type, XlObject content, long writer) => new()
    {
        Type = type,
        VersionId = content.VersionId,
        ModTime = content.ModTime,
        Object = content,
        WriterTime = writer,
    };

    private static XlBody ReadMarker(ref MessagePackReader reader, ReadOnlyMemory<byte> body)
    {
        Guid id = Guid.Empty;
        long modTime = 0;
        XlMetadata system = default;
        for (int left = reader.ReadMapHeader(); left > 0; left--)
        {
            ReadOnlySpan<byte> key = reader.ReadBytes();
            if (key.SequenceEqual("ID"u8)) id = ReadId(ref reader);
            else if (key.SequenceEqual("MTime"u8)) modTime = reader.ReadInteger();
            else if (key.SequenceEqual("MetaSys"u8)) system = XlMetadata.Read(ref reader, body);
            else reader.Skip();
        }

        return new() { Type = XlVersionType.DeleteMarker, VersionId = id, ModTime = modTime, SystemMetadata = system };
    }

    private static XlObject ReadObject(ref MessagePackReader reader, ReadOnlyMemory<byte> body)
    {
        Guid id = Guid.Empty, dataDir = Guid.Empty;
        int data = 0, parity = 0, index = 0, algorithm = 0, hash = 0;
        long blockSize = 0, size = 0, modTime = 0;
        int[] distribution = [];
        int[] numbers = [];
        long[] sizes = [], actualSizes = [];
        string[] tags = [];
        XlMetadata system = default, user = default;
        for (int left = reader.ReadMapHeader(); left > 0; left--)
        {
            ReadOnlySpan<byte> key = reader.ReadBytes();
            switch (key.Length)
            {
                case 2 when key.SequenceEqual("ID"u8): id = ReadId(ref reader); break;
                case 3 when key.SequenceEqual("EcM"u8): data = reader.ReadInt32(); break;
                case 3 when key.SequenceEqual("EcN"u8): parity = reader.ReadInt32(); break;
                case 4 when key.SequenceEqual("DDir"u8): dataDir = ReadId(ref reader); break;
                case 4 when key.SequenceEqual("Size"u8): size = reader.ReadInteger(); break;
                case 5 when key.SequenceEqual("MTime"u8): modTime = reader.ReadInteger(); break;
                case 6 when key.SequenceEqual("EcAlgo"u8): algorithm = reader.ReadInt32(); break;
                case 6 when key.SequenceEqual("EcDist"u8): distribution = ReadDistribution(ref reader); break;
                case 7 when key.SequenceEqual("EcBSize"u8): blockSize = reader.ReadInteger(); break;
                case 7 when key.SequenceEqual("EcIndex"u8): index = reader.ReadInt32(); break;
                case 7 when key.SequenceEqual("MetaSys"u8): system = XlMetadata.Read(ref reader, body); break;
                case 7 when key.SequenceEqual("MetaUsr"u8): user = XlMetadata.Read(ref reader, body); break;
                case 8 when key.SequenceEqual("CSumAlgo"u8): hash = reader.ReadInt32(); break;
                case 8 when key.SequenceEqual("PartNums"u8): numbers = ReadNumbers(ref reader); break;
                case 9 when key.SequenceEqual("PartETags"u8): tags = ReadStrings(ref reader); break;
                case 9 when key.SequenceEqual("PartSizes"u8): sizes = ReadSizes(ref reader); break;
                case 10 when key.SequenceEqual("PartASizes"u8): actualSizes = ReadSizes(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        return new()
        {
            VersionId = id,
            DataDir = dataDir,
            DataDirName = DirectoryName(dataDir),
            Dialect = XlDialect.Modern,
            ErasureAlgorithm = algorithm,
            Data = data,
            Parity = parity,
            BlockSize = blockSize,
            Index = index,
            Distribution = distribution,
            // The only algorithm of this body form; its number here is 1.
            HashAlgorithm = hash == 1 ? XlHashAlgorithm.HighwayHash256Streaming : XlHashAlgorithm.Unknown,
            Parts = MakeParts(numbers, sizes, actualSizes, tags),
            Size = size,
            ModTime = modTime,
            SystemMetadata = system,
            UserMetadata = user,
        };
    }

    public static string DirectoryName(Guid dataDir) => dataDir == Guid.Empty ? "" : dataDir.ToString("D");

    /// <summary>A UUID of 16 bytes; nil and an empty binary are the empty one.</summary>
    public static Guid ReadId(ref MessagePackReader reader)
    {
        ReadOnlySpan<byte> bytes = reader.ReadBytes();
        return bytes.Length switch
        {
            16 => new Guid(bytes, bigEndian: true),
            0 => Guid.Empty,
            _ => throw reader.Failure($"an id of {bytes.Length} bytes"),
        };
    }

    /// <summary>An array of integers, or a binary with one byte each.</summary>
    public static int[] ReadDistribution(ref MessagePackReader reader)
    {
        if (reader.Kind is not (MessagePackKind.Binary or MessagePackKind.String)) return ReadNumbers(ref reader);
        ReadOnlySpan<byte> bytes = reader.ReadBytes();
        int[] numbers = new int[bytes.Length];
        for (int i = 0; i < numbers.Length; i++) numbers[i] = bytes[i];
        return numbers;
    }

    public static int[] ReadNumbers(ref MessagePackReader reader)
    {
        int[] numbers = new int[CheckedCount(ref reader)];
        for (int i = 0; i < numbers.Length; i++) numbers[i] = reader.ReadInt32();
        return numbers;
    }

    public static long[] ReadSizes(ref MessagePackReader reader)
    {
        long[] sizes = new long[CheckedCount(ref reader)];
        for (int i = 0; i < sizes.Length; i++) sizes[i] = reader.ReadInteger();
        return sizes;
    }

    public static string[] ReadStrings(ref MessagePackReader reader)
    {
        string[] texts = new string[CheckedCount(ref reader)];
        for (int i = 0; i < texts.Length; i++) texts[i] = Encoding.UTF8.GetString(reader.ReadBytes());
        return texts;
    }

    public static XlPart[] MakeParts(int[] numbers, long[] sizes, long[] actualSizes, string[] tags)
    {
        if (sizes.Length != numbers.Length || actualSizes.Length is var actual && actual != 0 && actual != numbers.Length
            || tags.Length != 0 && tags.Length != numbers.Length)
        {
            throw new ErasureFormatException(
                $"{What} is damaged: {numbers.Length} part numbers, {sizes.Length} sizes, {actualSizes.Length} actual sizes and {tags.Length} tags.");
        }

        if (numbers.Length == 0) return [];
        var parts = new XlPart[numbers.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            parts[i] = new(numbers[i], sizes[i], actualSizes.Length == 0 ? -1 : actualSizes[i], tags.Length == 0 ? "" : tags[i]);
        }

        return parts;
    }

    private static int CheckedCount(ref MessagePackReader reader)
    {
        int count = reader.ReadArrayHeader();
        return count <= XlObject.MaxParts ? count : throw reader.Failure($"{count} elements where at most {XlObject.MaxParts} belong");
    }
}
