namespace Weir.Hsm.Shipping.Snapshots;

/// <summary>Where each part of a snapshot file stands. Numbers are little-endian. Format: docs/hsm-stream.md.</summary>
internal static class SnapshotLayout
{
    /// <summary>"WEIRSHIP".</summary>
    public const ulong Magic = 0x5049_4853_5249_4557;

    public const uint Version = 1;

    public const int HeaderBytes = 40;
    public const int MagicAt = 0;
    public const int VersionAt = 8;
    public const int EntryBytesAt = 12;
    public const int FileLengthAt = 16;
    public const int ManifestLengthAt = 24;
    public const int ManifestCrcAt = 28;
    public const int ReservedAt = 32;

    /// <summary>The header's own checksum stands last and covers all before it.</summary>
    public const int HeaderCrcAt = 36;

    /// <summary>Each section ends in its checksum.</summary>
    public const int CrcBytes = 4;

    public const int MaxManifestBytes = 64 * 1024 * 1024;
    public const int MaxTextBytes = 64 * 1024;
}
