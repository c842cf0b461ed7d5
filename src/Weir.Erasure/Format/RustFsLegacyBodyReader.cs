using System.Text;

namespace Weir.Erasure.Format;

/// <summary>
/// Reads the positional bodies that RustFS wrote before 1.0.0-alpha.87:
/// [ "Object"|"Delete"|"DeleteMarker", object|nil, delete marker|nil, write version ]. They are read only, and never rewritten: the shards
/// follow another code, which only this body form tells.
/// </summary>
internal static class RustFsLegacyBodyReader
{
    private const string What = "the version body (RustFS before alpha.87)";

    // The servers take at most 2 KB of metadata from a client and add a few dozen pairs.
    private const int MaxPairs = 4096;

    public static XlBody Read(ReadOnlyMemory<byte> body)
    {
        var reader = new MessagePackReader(body.Span, What);
        int fields = reader.ReadArrayHeader();
        if (fields < 3) throw reader.Failure($"{fields} fields where 4 belong");
        ReadOnlySpan<byte> type = reader.ReadBytes();
        XlObject? content = reader.TryReadNil() ? null : ReadObject(ref reader);
        XlBody? marker = reader.TryReadNil() ? null : ReadMarker(ref reader);
        if (type.SequenceEqual("Object"u8) && content is not null)
        {
            return new() { Type = XlVersionType.Object, VersionId = content.VersionId, ModTime = content.ModTime, Object = content };
        }

        if ((type.SequenceEqual("Delete"u8) || type.SequenceEqual("DeleteMarker"u8)) && marker is not null) return marker;
        throw reader.Failure($"no content for a version of type \"{Encoding.UTF8.GetString(type[..Math.Min(type.Length, 32)])}\"");
    }

    private static XlObject ReadObject(ref MessagePackReader reader)
    {
        int fields = reader.ReadArrayHeader();
        if (fields < 18) throw reader.Failure($"{fields} object fields where 18 belong");
        Guid id = XlBodyReader.ReadId(ref reader);
        Guid dataDir = XlBodyReader.ReadId(ref reader);
        bool reedSolomon = reader.ReadBytes().SequenceEqual("ReedSolomon"u8);
        int data = reader.ReadInt32(), parity = reader.ReadInt32();
        long blockSize = reader.ReadInteger();
        int index = reader.ReadInt32();
        int[] distribution = XlBodyReader.ReadDistribution(ref reader);
        bool highway = reader.ReadBytes().SequenceEqual("HighwayHash"u8);
        int[] numbers = XlBodyReader.ReadNumbers(ref reader);
        string[] tags = XlBodyReader.ReadStrings(ref reader);
        long[] sizes = XlBodyReader.ReadSizes(ref reader);
        long[] actualSizes = XlBodyReader.ReadSizes(ref reader);
        reader.Skip(); // compression indexes
        long size = reader.ReadInteger();
        long modTime = ReadTime(ref reader);
        XlMetadata system = ReadMap(ref reader);
        XlMetadata user = ReadMap(ref reader);
        for (int left = fields - 18; left > 0; left--) reader.Skip();
        return new()
        {
            VersionId = id,
            DataDir = dataDir,
            DataDirName = XlBodyReader.DirectoryName(dataDir),
            Dialect = XlDialect.RustFsLegacy,
            ErasureAlgorithm = reedSolomon ? 1 : 0,
            Data = data,
            Parity = parity,
            BlockSize = blockSize,
            Index = index,
            Distribution = distribution,
            HashAlgorithm = highway ? XlHashAlgorithm.HighwayHash256Streaming : XlHashAlgorithm.Unknown,
            Parts = XlBodyReader.MakeParts(numbers, sizes, actualSizes, tags),
            Size = size,
            ModTime = modTime,
            SystemMetadata = system,
            UserMetadata = user,
        };
    }

    private static XlBody ReadMarker(ref MessagePackReader reader)
    {
        int fields = reader.ReadArrayHeader();
        if (fields < 2) throw reader.Failure($"{fields} delete marker fields where 3 belong");
        Guid id = XlBodyReader.ReadId(ref reader);
        long modTime = ReadTime(ref reader);
        XlMetadata system = fields > 2 ? ReadMap(ref reader) : default;
        for (int left = fields - 3; left > 0; left--) reader.Skip();
        return new() { Type = XlVersionType.DeleteMarker, VersionId = id, ModTime = modTime, SystemMetadata = system };
    }

    /// <summary>[year, day of the year from 1, hour, minute, second, nanosecond, offset hours, minutes, seconds], or nil.</summary>
    private static long ReadTime(ref MessagePackReader reader)
    {
        if (reader.TryReadNil()) return 0;
        Span<int> fields = stackalloc int[9];
        int count = reader.ReadArrayHeader();
        if (count != fields.Length) throw reader.Failure($"a time of {count} fields");
        for (int i = 0; i < count; i++) fields[i] = reader.ReadInt32();
        // Bounded so that neither the calendar nor the nanoseconds since 1970 (until 2262) overflow.
        if (fields[0] is < 1970 or > 2261 || fields[1] is < 1 or > 366 || fields[2] is < 0 or > 23 || fields[3] is < 0 or > 59
            || fields[4] is < 0 or > 60 || fields[5] is < 0 or > 1_999_999_999 || Math.Abs((long)fields[6]) > 25
            || Math.Abs((long)fields[7]) > 59 || Math.Abs((long)fields[8]) > 59)
        {
            throw reader.Failure("an impossible time");
        }

        DateTime day = new DateTime(fields[0], 1, 1, 0, 0, 0, DateTimeKind.Utc).AddDays(fields[1] - 1);
        long seconds = (day - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerSecond
            + (fields[2] - fields[6]) * 3600L + (fields[3] - fields[7]) * 60L + fields[4] - fields[8];
        return seconds * 1_000_000_000 + fields[5];
    }

    /// <summary>A map whose values are strings, binaries, or arrays with an integer for each byte.</summary>
    private static XlMetadata ReadMap(ref MessagePackReader reader)
    {
        if (reader.TryReadNil()) return default;
        int count = reader.ReadMapHeader();
        if (count > MaxPairs) throw reader.Failure($"{count} pairs of metadata");
        var pairs = new List<KeyValuePair<string, byte[]>>(count);
        for (; count > 0; count--)
        {
            string key = Encoding.UTF8.GetString(reader.ReadBytes());
            pairs.Add(new(key, reader.Kind == MessagePackKind.Array ? ReadByteArray(ref reader) : reader.ReadBytes().ToArray()));
        }

        return XlMetadata.From(pairs);
    }

    private static byte[] ReadByteArray(ref MessagePackReader reader)
    {
        byte[] bytes = new byte[reader.ReadArrayHeader()];
        for (int i = 0; i < bytes.Length; i++)
        {
            long value = reader.ReadInteger();
            if (value is < 0 or > byte.MaxValue) throw reader.Failure($"the byte {value}");
            bytes[i] = (byte)value;
        }

        return bytes;
    }
}
