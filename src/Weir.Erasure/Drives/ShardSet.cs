using Weir.Erasure.Coding;
using Weir.Erasure.Drives.Disks;
using Weir.Erasure.Format;

namespace Weir.Erasure.Drives;

/// <summary>
/// The shards of one part, opened: for each shard number its bytes, or what is wrong with it. A drive whose metadata was lost still gives
/// its shard: the data directory's name is unique to one write, and each block carries its hash.
/// </summary>
internal sealed class ShardSet : IDisposable
{
    private readonly ShardSource?[] _sources;
    private readonly string?[] _faults;

    private ShardSet(int shards)
    {
        _sources = new ShardSource?[shards];
        _faults = new string?[shards];
    }

    /// <summary>Shards that are there in full length.</summary>
    public int Readable => _sources.Count(source => source is not null);

    /// <summary>What is wrong with the others, for messages.</summary>
    public string Faults => string.Join("; ", _faults.Select((fault, shard) => fault is null ? null : $"shard {shard + 1}: {fault}").Where(fault => fault is not null));

    public XlDialect Dialect { get; private set; }

    public ShardLayout Layout { get; private set; }

    /// <summary>The shard with this number, from 0; null where it cannot be used.</summary>
    public ShardSource? this[int shard] => _sources[shard];

    public string? Fault(int shard) => _faults[shard];

    public static ShardSet Open(LocatedObject located, XlPart part)
    {
        XlObject content = located.Content;
        var shards = new ShardSet(content.TotalShards);
        try
        {
            foreach (DriveMetadata answer in located.Answers) shards.OpenOne(located, part, answer);
            shards.ChooseDialect(content, part);
            for (int shard = 0; shard < content.TotalShards; shard++) shards.CheckLength(shard);
            if (shards.Layout.HashBytes == 0) shards.CheckWholeFiles(located, part);
            return shards;
        }
        catch
        {
            shards.Dispose();
            throw;
        }
    }

    /// <summary>Gives a shard up, for the rest of this part.</summary>
    public void Drop(int shard, string fault)
    {
        _sources[shard]?.Dispose();
        _sources[shard] = null;
        _faults[shard] ??= fault;
    }

    public void Dispose()
    {
        foreach (ShardSource? source in _sources) source?.Dispose();
    }

    private void OpenOne(LocatedObject located, XlPart part, DriveMetadata answer)
    {
        XlObject content = located.Content;
        if (answer.Position >= content.Distribution.Count) return;
        int shard = content.Distribution[answer.Position] - 1;
        XlObject? own = located.Version.Holders.GetValueOrDefault(answer.Position)?.Object;
        if (own is not null && own.Index != shard + 1)
        {
            _faults[shard] = $"{answer.Drive!.Path} says that it holds shard {own.Index}, and the distribution says {shard + 1}";
            return;
        }

        if (answer.Drive is not { } drive)
        {
            _faults[shard] = "no drive was given for it";
            return;
        }

        try
        {
            if (own is not null && answer.Inline.TryFind(content.VersionId, own.DataDir, out ReadOnlyMemory<byte> inline) && !inline.IsEmpty)
            {
                _sources[shard] = new(inline, $"{drive.Path}/{located.Name.Path}/{XlMeta.FileName} (inline)");
                return;
            }

            string directory = (own ?? content).DataDirName;
            string path = directory.Length == 0 ? $"{located.Name.Path}/part.{part.Number}" : $"{located.Name.Path}/{directory}/part.{part.Number}";
            IDriveFile? file = drive.Files.TryOpen(path);
            if (file is null) _faults[shard] = $"{drive.Path}/{path} is not there";
            else _sources[shard] = new(file, $"{drive.Path}/{path}");
        }
        catch (Exception error) when (error is DriveFileException or IOException)
        {
            _faults[shard] = error.Message;
        }
    }

    /// <summary>
    /// Early RustFS objects whose metadata a later version rewrote carry no mark of their origin any more, so the first block is tried both
    /// ways where a shard does not pass as what the metadata says.
    /// </summary>
    private void ChooseDialect(XlObject content, XlPart part)
    {
        Dialect = content.Dialect;
        Layout = new(content, part.Size, Dialect);
        if (content.Dialect != XlDialect.Modern || Layout.HashBytes == 0) return;
        var legacy = new ShardLayout(content, part.Size, XlDialect.RustFsLegacy);
        bool seen = false;
        foreach (ShardSource? source in _sources)
        {
            if (source is null) continue;
            if (FirstBlockPasses(source, Layout, HighwayKey.Shards)) return;
            seen |= FirstBlockPasses(source, legacy, HighwayKey.RustFsLegacyShards);
        }

        if (!seen) return;
        (Dialect, Layout) = (XlDialect.RustFsLegacy, legacy);
    }

    private static bool FirstBlockPasses(ShardSource source, ShardLayout layout, HighwayKey key)
    {
        int length = HighwayHash256.SizeBytes + layout.PieceSizeOf(0);
        if (source.Length < length) return false;
        byte[] block = new byte[length];
        try
        {
            if (source.Read(block, 0) < block.Length) return false;
        }
        catch (IOException)
        {
            // Reading the part meets the same fault, and reports it with its place.
            return false;
        }

        Span<byte> hash = stackalloc byte[HighwayHash256.SizeBytes];
        HighwayHash256.Hash(key, block.AsSpan(HighwayHash256.SizeBytes), hash);
        return hash.SequenceEqual(block.AsSpan(0, HighwayHash256.SizeBytes));
    }

    private void CheckLength(int shard)
    {
        if (_sources[shard] is not { } source || source.Length == Layout.FileSize) return;
        Drop(shard, $"{source.Where} has {source.Length} bytes and not {Layout.FileSize}");
    }

    private void CheckWholeFiles(LocatedObject located, XlPart part)
    {
        foreach ((int position, XlBody body) in located.Version.Holders)
        {
            int shard = located.Content.Distribution[position] - 1;
            if (_sources[shard] is not { } source) continue;
            XlWholeHash? expected = body.Object!.WholeHashes.FirstOrDefault(hash => hash.PartNumber == part.Number);
            if (expected is null) Drop(shard, $"{source.Where} has no hash in its metadata");
            else if (WholeFileHash.Check(source, expected) is { } fault) Drop(shard, fault);
        }

        for (int position = 0; position < located.Answers.Count; position++)
        {
            int shard = located.Content.Distribution[position] - 1;
            if (_sources[shard] is { } source && !located.Version.Holders.ContainsKey(position)) Drop(shard, $"{source.Where} has lost the metadata with its hash");
        }
    }
}
