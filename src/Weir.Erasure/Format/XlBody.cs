namespace Weir.Erasure.Format;

/// <summary>The body of a version: an object, or a delete marker.</summary>
public sealed record XlBody
{
    public XlVersionType Type { get; init; }

    /// <summary>Empty for the null version.</summary>
    public Guid VersionId { get; init; }

    /// <summary>Nanoseconds since 1970.</summary>
    public long ModTime { get; init; }

    /// <summary>The object; null for a delete marker.</summary>
    public XlObject? Object { get; init; }

    /// <summary>A delete marker's metadata.</summary>
    public XlMetadata SystemMetadata { get; init; }

    /// <summary>When the release was made that wrote it, in seconds since 1970; 0 where it is not said.</summary>
    public long WriterTime { get; init; }

    /// <summary>The flags that a header of this body has, as far as the body says.</summary>
    public XlVersionFlags Flags
    {
        get
        {
            XlVersionFlags flags = XlVersionFlags.None;
            XlMetadata system = Object?.SystemMetadata ?? SystemMetadata;
            if (Object is not null && Object.DataDir != Guid.Empty) flags |= XlVersionFlags.UsesDataDir;
            if (system.TryGet("x-minio-internal-inline-data"u8, out _) || system.TryGet("x-rustfs-internal-inline-data"u8, out _)) flags |= XlVersionFlags.InlineData;
            // An object that was tiered carries the id of its free version under the same prefix; only a marker is one.
            bool free = system.HasPrefix("x-minio-internal-tier-free-"u8) || system.HasPrefix("x-rustfs-internal-tier-free-"u8);
            if (free && Type == XlVersionType.DeleteMarker) flags |= XlVersionFlags.FreeVersion;
            return flags;
        }
    }
}
