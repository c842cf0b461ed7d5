using System.Security.Cryptography;
using System.Text;
using Weir.Erasure.Coding;
using Weir.Erasure.Format;

namespace Weir.Erasure.Drives.Making;

/// <summary>
/// Makes drives as a server would leave them behind, for laboratories and tests: identity, versions, delete markers, inline shards,
/// parts, several sets. Not for drives in use: nothing is locked, and no drive may be missing.
/// </summary>
public sealed class DriveTree
{
    /// <summary>The largest shard that is kept in xl.meta; an eighth of it where versions are kept.</summary>
    private const int InlineBytes = 128 << 10;

    /// <summary>The release that the trees claim to be written by: metadata version 3 came in January 2025.</summary>
    private const long WriterTime = 1_737_000_000;

    private readonly DriveTreeOptions _options;
    private readonly FormatJson _format;
    private readonly Random _random;
    private long _lastTime;

    private DriveTree(DriveTreeOptions options, FormatJson format, IReadOnlyList<string> drives, Random random)
    {
        _options = options;
        _format = format;
        Drives = drives;
        _random = random;
    }

    /// <summary>The drives' roots, set after set.</summary>
    public IReadOnlyList<string> Drives { get; }

    /// <summary>The pool, with the first drive as "this".</summary>
    public FormatJson Format => _format;

    /// <summary>Makes empty drives.</summary>
    /// <exception cref="ArgumentException">The format knows no such tree.</exception>
    /// <exception cref="IOException">A drive is there already, or cannot be written.</exception>
    public static DriveTree Create(DriveTreeOptions options)
    {
        options.Validate();
        int size = options.Data + options.Parity, count = options.Drives == 0 ? size : options.Drives;
        var random = new Random(options.Seed);
        Guid deployment = NewId(random);
        Guid[] ids = [.. Enumerable.Range(0, count).Select(_ => NewId(random))];
        var format = new FormatJson(options.DeploymentId ?? deployment, ids[0], [.. ids.Chunk(size)], options.Algorithm, 3, count == 1);
        string[] drives = [.. Enumerable.Range(options.FirstDrive, count).Select(number => Path.Combine(Path.GetFullPath(options.Directory), $"disk{number}"))];
        foreach (string drive in drives.Where(Path.Exists)) throw new IOException($"{drive} is there already; drives are made in an empty place only.");
        for (int i = 0; i < count; i++)
        {
            string system = Path.Combine(drives[i], options.SystemDirectory);
            foreach (string directory in (string[])["tmp", "multipart", "buckets", "config"]) Directory.CreateDirectory(Path.Combine(system, directory));
            File.WriteAllBytes(Path.Combine(system, FormatJson.FileName), (format with { DriveId = ids[i] }).ToJson());
        }

        return new(options, format, drives, random);
    }

    /// <summary>Writes a version of an object.</summary>
    /// <exception cref="IOException">The source or a drive failed.</exception>
    public MadeVersion Put(ObjectName name, Stream source, PutOptions? options = null)
    {
        options ??= new();
        int size = _options.Data + _options.Parity, parity = options.Parity ?? _options.Parity;
        var code = new ReedSolomon(size - parity, parity);
        int[] distribution = name.ChooseDistribution(size);
        // By shard number, as the code makes them: the drive that holds each.
        string[] drives = new string[size];
        for (int position = 0; position < size; position++) drives[distribution[position] - 1] = Drives[name.ChooseSet(_format) * size + position];
        Guid versionId = options.IsVersioned ? NewId(_random) : Guid.Empty, dataDir = NewId(_random);

        using IncrementalHash whole = ETagHash.Start();
        var parts = new List<XlPart>();
        byte[][]? inline = WriteParts(name, source, options, code, drives, dataDir, whole, parts);
        string md5 = Convert.ToHexStringLower(whole.GetHashAndReset());
        var content = new XlObject
        {
            VersionId = versionId,
            DataDir = parts.Sum(part => part.Size) == 0 ? Guid.Empty : dataDir,
            Data = code.DataShards,
            Parity = parity,
            BlockSize = options.BlockBytes,
            Index = 1,
            Distribution = distribution,
            Parts = options.PartBytes > 0 ? parts : [.. parts.Select(part => part with { ETag = "" })],
            Size = parts.Sum(part => part.Size),
            ModTime = NextTime(),
            SystemMetadata = inline is null ? default : XlMetadata.From([KeyValuePair.Create("x-minio-internal-inline-data", "true"u8.ToArray())]),
            UserMetadata = XlMetadata.From(
            [
                KeyValuePair.Create("etag", Encoding.ASCII.GetBytes(options.PartBytes > 0 ? CompositeTag(parts) : md5)),
                KeyValuePair.Create("content-type", "application/octet-stream"u8.ToArray()),
            ]),
        };
        for (int shard = 0; shard < size; shard++)
        {
            XlVersion version = XlBodyWriter.WriteObject(content with { Index = shard + 1 }, WriterTime);
            // A plain null would become an empty shard, which servers do not write.
            ReadOnlyMemory<byte>? kept = inline is null ? (ReadOnlyMemory<byte>?)null : inline[shard];
            ReplaceMetadata(drives[shard], name, builder => builder.Add(version).SetInline(versionId, kept));
        }

        return new(name, versionId, false, content.Size, md5, parts.Count, inline is not null);
    }

    /// <summary>Writes a delete marker.</summary>
    public MadeVersion Delete(ObjectName name)
    {
        XlVersion marker = XlBodyWriter.WriteDeleteMarker(NewId(_random), NextTime(), WriterTime);
        int size = _options.Data + _options.Parity, first = name.ChooseSet(_format) * size;
        foreach (string drive in Drives.Skip(first).Take(size)) ReplaceMetadata(drive, name, builder => builder.Add(marker));
        return new(name, marker.Header.VersionId, true, 0, "", 0, false);
    }

    /// <summary>Writes the parts' shards; small ones of a single part are returned instead, to be kept in the metadata.</summary>
    private static byte[][]? WriteParts(
        ObjectName name, Stream source, PutOptions options, ReedSolomon code, string[] drives, Guid dataDir, IncrementalHash whole, List<XlPart> parts)
    {
        var writer = new ShardWriter(code, options.BlockBytes);
        int inlineLimit = options.IsVersioned ? InlineBytes / 8 : InlineBytes;
        while (true)
        {
            var shards = new SpillStream[drives.Length];
            for (int shard = 0; shard < shards.Length; shard++)
            {
                string path = Path.Combine(drives[shard], name.Bucket, name.StoredKey, dataDir.ToString("D"), $"part.{parts.Count + 1}");
                shards[shard] = new(path, options.PartBytes > 0 ? 0 : inlineLimit + HighwayHash256.SizeBytes);
            }

            using IncrementalHash tag = ETagHash.Start();
            long written = writer.Write(source, options.PartBytes > 0 ? options.PartBytes : long.MaxValue, shards, data =>
            {
                whole.AppendData(data);
                tag.AppendData(data);
            });
            foreach (SpillStream shard in shards) shard.Dispose();
            if (written > 0 || parts.Count == 0) parts.Add(new(parts.Count + 1, written, written, Convert.ToHexStringLower(tag.GetHashAndReset())));
            if (options.PartBytes == 0) return written > 0 && shards.All(shard => !shard.IsSpilled) ? [.. shards.Select(shard => shard.Kept())] : null;
            if (written < options.PartBytes) return null;
        }
    }

    private void ReplaceMetadata(string drive, ObjectName name, Action<XlMetaBuilder> change)
    {
        string directory = Path.Combine(drive, name.Bucket, name.StoredKey), file = Path.Combine(directory, XlMeta.FileName);
        Directory.CreateDirectory(directory);
        XlMetaBuilder builder = File.Exists(file) ? XlMetaBuilder.From(XlMeta.Parse(File.ReadAllBytes(file))) : new();
        string[] before = [.. DataDirectories(builder)];
        change(builder);
        // The shards of a version that was replaced go with it.
        foreach (string gone in before.Except(DataDirectories(builder)))
        {
            string path = Path.Combine(directory, gone);
            if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        }

        string temporary = Path.Combine(drive, _options.SystemDirectory, "tmp", $"{Guid.NewGuid():D}");
        File.WriteAllBytes(temporary, builder.ToArray());
        File.Move(temporary, file, overwrite: true);
    }

    private static IEnumerable<string> DataDirectories(XlMetaBuilder builder) =>
        builder.Versions.Select(version => version.ReadBody().Object?.DataDirName ?? "").Where(name => name.Length > 0);

    /// <summary>Each later than the one before, so that versions have an order.</summary>
    private long NextTime() => _lastTime = Math.Max(_lastTime + 1, (_options.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100);

    private static string CompositeTag(List<XlPart> parts) =>
        $"{ETagHash.Compute([.. parts.SelectMany(part => Convert.FromHexString(part.ETag))])}-{parts.Count}";

    private static Guid NewId(Random random)
    {
        byte[] bytes = new byte[16];
        random.NextBytes(bytes);
        // A random UUID as RFC 9562 has it: version 4, variant 1.
        bytes[6] = (byte)(bytes[6] & 0x0f | 0x40);
        bytes[8] = (byte)(bytes[8] & 0x3f | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
