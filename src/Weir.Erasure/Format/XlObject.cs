namespace Weir.Erasure.Format;

/// <summary>
/// A version that has data: how it is coded and where its shards lie. Values stand as the file has them; <see cref="Problem"/> says
/// whether they make sense.
/// </summary>
public sealed record XlObject
{
    /// <summary>The largest block that is believed. The products write 1 MiB, and 10 MiB before March 2021.</summary>
    public const int MaxBlockSize = 16 << 20;

    /// <summary>The most parts of an object.</summary>
    public const int MaxParts = 10_000;

    /// <summary>Empty for the null version.</summary>
    public Guid VersionId { get; init; }

    /// <summary>The directory of the shards, or empty where there is none. See <see cref="DataDirName"/>.</summary>
    public Guid DataDir { get; init; }

    /// <summary>The same as it stands on the drive: lower-case with dashes, "legacy", or "" for beside the metadata.</summary>
    public string DataDirName { get; init; } = "";

    public XlDialect Dialect { get; init; }

    /// <summary>1 for the Reed-Solomon code.</summary>
    public int ErasureAlgorithm { get; init; } = 1;

    /// <summary>Data shards (EcM).</summary>
    public int Data { get; init; }

    /// <summary>Parity shards (EcN).</summary>
    public int Parity { get; init; }

    /// <summary>Bytes of data that are coded together (EcBSize).</summary>
    public long BlockSize { get; init; }

    /// <summary>The shard that this drive holds, from 1 (EcIndex).</summary>
    public int Index { get; init; }

    /// <summary>The shard that each position of the set holds, from 1 (EcDist).</summary>
    public IReadOnlyList<int> Distribution { get; init; } = [];

    public XlHashAlgorithm HashAlgorithm { get; init; } = XlHashAlgorithm.HighwayHash256Streaming;

    public IReadOnlyList<XlPart> Parts { get; init; } = [];

    /// <summary>Only where a hash covers a whole shard file.</summary>
    public IReadOnlyList<XlWholeHash> WholeHashes { get; init; } = [];

    /// <summary>Stored bytes of all parts.</summary>
    public long Size { get; init; }

    /// <summary>Nanoseconds since 1970.</summary>
    public long ModTime { get; init; }

    public XlMetadata SystemMetadata { get; init; }

    public XlMetadata UserMetadata { get; init; }

    public int TotalShards => Data + Parity;

    public string ETag => UserMetadata.Text("etag"u8)?.Trim('"') ?? "";

    /// <summary>Whether the data was moved to a remote tier: there are no shards on the drives then.</summary>
    public bool IsRemote =>
        IsComplete("x-minio-internal-transition-status"u8) || IsComplete("x-rustfs-internal-transition-status"u8);

    public bool IsCompressed =>
        SystemMetadata.TryGet("x-minio-internal-compression"u8, out _) || SystemMetadata.TryGet("x-rustfs-internal-compression"u8, out _)
        || UserMetadata.TryGet("x-minio-internal-compression"u8, out _);

    public bool IsEncrypted =>
        SystemMetadata.HasPrefix("x-minio-internal-server-side-encryption-"u8) || SystemMetadata.HasPrefix("x-rustfs-internal-server-side-encryption-"u8)
        || UserMetadata.HasPrefix("x-minio-internal-server-side-encryption-"u8) || UserMetadata.HasPrefix("x-rustfs-internal-server-side-encryption-"u8);

    /// <summary>What makes this record useless for reading, or null.</summary>
    public string? Problem()
    {
        if (ErasureAlgorithm != 1) return $"erasure algorithm {ErasureAlgorithm} is not known";
        if (HashAlgorithm == XlHashAlgorithm.Unknown) return "the hash algorithm is not known";
        if (Data < 1 || Parity < 0 || Parity > Data || TotalShards > Coding.ReedSolomon.MaxShards) return $"{Data}+{Parity} shards are not possible";
        if (BlockSize < 1 || BlockSize > MaxBlockSize) return $"a block size of {BlockSize} is not possible";
        if (Index < 1 || Index > TotalShards) return $"shard {Index} of {TotalShards} is not possible";
        if (Distribution.Count != TotalShards) return $"the distribution has {Distribution.Count} entries for {TotalShards} shards";
        int seen = 0;
        foreach (int shard in Distribution)
        {
            if (shard < 1 || shard > TotalShards || (seen & 1 << shard) != 0) return $"the distribution {string.Join(',', Distribution)} is no permutation";
            seen |= 1 << shard;
        }

        return PartsProblem();
    }

    private string? PartsProblem()
    {
        if (Parts.Count > MaxParts) return $"{Parts.Count} parts are more than {MaxParts}";
        long total = 0;
        foreach (XlPart part in Parts)
        {
            if (part.Number < 1) return $"part number {part.Number} is not possible";
            // Bounded before adding, so that no sum overflows: 10,000 parts of 2^48 bytes.
            if (part.Size < 0 || part.Size > 1L << 48) return $"part {part.Number} has the impossible size {part.Size}";
            total += part.Size;
        }

        return total == Size ? null : $"the parts have {total} bytes and the object {Size}";
    }

    private bool IsComplete(ReadOnlySpan<byte> key) => SystemMetadata.TryGet(key, out ReadOnlySpan<byte> status) && status.SequenceEqual("complete"u8);
}
