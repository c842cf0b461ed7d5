using Weir.Erasure.Coding;

namespace Weir.Erasure.Format;

/// <summary>
/// A whole xl.meta in memory: the versions of one object as one drive holds them. Bodies are read when asked for, so that a damaged one
/// does not hide the others. For files of any size see <see cref="XlMetaFile"/>.
/// </summary>
public sealed class XlMeta
{
    public const string FileName = "xl.meta";

    /// <summary>No version is smaller: two ids and two times. A count that the bytes cannot hold is not believed, nor allocated for.</summary>
    private const int MinVersionBytes = 40;

    /// <summary>A few damaged versions are told one by one; so many are a damaged file.</summary>
    private const int MaxDamagedBodies = 100;

    internal XlMeta(int minor, int headerVersion, int metaVersion, IReadOnlyList<XlVersion> versions, XlInlineData inline)
    {
        Minor = minor;
        HeaderVersion = headerVersion;
        MetaVersion = metaVersion;
        Versions = versions;
        Inline = inline;
        VersionCount = versions.Count;
    }

    /// <summary>The container's minor version, 0 to 3.</summary>
    public int Minor { get; }

    /// <summary>The version of the header tuples; 0 where the minor has none.</summary>
    public int HeaderVersion { get; }

    /// <summary>The version of the bodies; 0 where the minor does not say.</summary>
    public int MetaVersion { get; }

    /// <summary>Newest first. Of a very large file only those that were asked for.</summary>
    public IReadOnlyList<XlVersion> Versions { get; }

    /// <summary>How many versions the file holds.</summary>
    public int VersionCount { get; internal init; }

    /// <summary>Shards that lie in the file itself.</summary>
    public XlInlineData Inline { get; }

    /// <summary>What follows the last version in the metadata section: empty in all files that are known, and preserved.</summary>
    public ReadOnlyMemory<byte> Trailer { get; internal init; }

    /// <summary>Reads a file of any minor version.</summary>
    /// <param name="file">The bytes, which the result goes on referring to.</param>
    /// <exception cref="ErasureFormatException">It is damaged, no xl.meta, or newer than this program.</exception>
    public static XlMeta Parse(ReadOnlyMemory<byte> file)
    {
        int minor = XlContainer.ReadMinor(file.Span);
        ReadOnlyMemory<byte> rest = file[XlContainer.PrefixBytes..];
        if (minor == 0) return new(minor, 0, 0, ReadBare(rest), XlInlineData.None);
        var reader = new MessagePackReader(rest.Span, "xl.meta");
        int sectionBytes = reader.ReadBytes().Length;
        ReadOnlyMemory<byte> section = rest[(reader.Position - sectionBytes)..reader.Position];
        if (minor >= 2) CheckSum(ref reader, section.Span);
        XlInlineData inline = XlInlineData.Parse(rest[reader.Position..]);
        return minor == XlContainer.MaxMinor ? ReadIndexed(section, inline) : new(minor, 0, 0, ReadBare(section), inline);
    }

    internal static void CheckSum(ulong computed, long stored)
    {
        if ((uint)computed == stored) return;
        throw new ErasureFormatException($"xl.meta is damaged: its metadata has the checksum {(uint)computed:x8}, and {stored:x8} is stored.");
    }

    private static void CheckSum(ref MessagePackReader reader, ReadOnlySpan<byte> section) => CheckSum(XxHash64.Hash(section), reader.ReadInteger());

    private static XlMeta ReadIndexed(ReadOnlyMemory<byte> section, XlInlineData inline)
    {
        var reader = new MessagePackReader(section.Span, "the metadata of xl.meta");
        (int headerVersion, int metaVersion, int count) = XlContainer.ReadSectionHead(ref reader);
        if (count > reader.Remaining / MinVersionBytes) throw reader.Failure($"{count} versions in {reader.Remaining} bytes");
        var versions = new XlVersion[count];
        for (int i = 0; i < count; i++)
        {
            ReadOnlyMemory<byte> header = Slice(ref reader, section);
            ReadOnlyMemory<byte> body = Slice(ref reader, section);
            versions[i] = new(XlContainer.ReadHeader(header.Span, headerVersion), header, body);
        }

        return new(XlContainer.MaxMinor, headerVersion, metaVersion, versions, inline) { Trailer = section[reader.Position..] };
    }

    private static ReadOnlyMemory<byte> Slice(ref MessagePackReader reader, ReadOnlyMemory<byte> section)
    {
        int length = reader.ReadBytes().Length;
        return section.Slice(reader.Position - length, length);
    }

    /// <summary>Minors 0 to 2: {"Versions": [body, …]}, without headers and in any order.</summary>
    private static XlVersion[] ReadBare(ReadOnlyMemory<byte> map)
    {
        int damaged = 0;
        var versions = new List<XlVersion>();
        var reader = new MessagePackReader(map.Span, "the metadata of xl.meta");
        for (int left = reader.ReadMapHeader(); left > 0; left--)
        {
            if (!reader.ReadBytes().SequenceEqual("Versions"u8))
            {
                reader.Skip();
                continue;
            }

            int count = reader.ReadArrayHeader();
            if (count > reader.Remaining / (MinVersionBytes / 2)) throw reader.Failure($"{count} versions in {reader.Remaining} bytes");
            for (; count > 0; count--)
            {
                int start = reader.Position;
                reader.Skip();
                ReadOnlyMemory<byte> body = map[start..reader.Position];
                XlVersionHeader header = DeriveHeader(body);
                if (header.Type == XlVersionType.Invalid && ++damaged > MaxDamagedBodies) throw reader.Failure($"more than {MaxDamagedBodies} versions that cannot be read");
                versions.Add(new(header, default, body));
            }
        }

        XlVersion[] sorted = [.. versions];
        Array.Sort(sorted, (left, right) => XlVersionHeader.CompareNewestFirst(left.Header, right.Header));
        return sorted;
    }

    /// <summary>What a header would say; of a damaged body only that it is invalid.</summary>
    private static XlVersionHeader DeriveHeader(ReadOnlyMemory<byte> raw)
    {
        try
        {
            XlBody body = XlBodyReader.Read(raw);
            (int data, int parity) = (body.Object?.Data ?? 0, body.Object?.Parity ?? 0);
            bool coded = data is >= 0 and <= byte.MaxValue && parity is >= 0 and <= byte.MaxValue;
            return new(body.VersionId, body.ModTime, 0, body.Type, body.Flags, coded ? (byte)data : (byte)0, coded ? (byte)parity : (byte)0);
        }
        catch (ErasureFormatException)
        {
            // Said where the body is read; the other versions of the file are good.
            return new(Guid.Empty, 0, 0, XlVersionType.Invalid, XlVersionFlags.None, 0, 0);
        }
    }
}
