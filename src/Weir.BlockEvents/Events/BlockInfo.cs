namespace Weir.BlockEvents.Events;

/// <summary>A block device as an event names it. The names of the JSON members are Peripety's.</summary>
public sealed record BlockInfo
{
    /// <summary>No device, or one that nothing is known of.</summary>
    public static BlockInfo None { get; } = new();

    /// <summary><c>wwid</c>: the identity that stays, as <c>naa.…</c>, <c>t10.…</c>, <c>mpath-…</c>, <c>LVM-…</c>; empty when unknown.</summary>
    public string Wwid { get; init; } = "";

    /// <summary><c>blk_type</c>.</summary>
    public BlockType Type { get; init; }

    /// <summary><c>blk_path</c>: as the kernel names it, <c>/dev/sdf</c>; empty when unknown.</summary>
    public string Path { get; init; } = "";

    /// <summary><c>preferred_blk_path</c>: the name that stays, <c>/dev/mapper/mpatha</c>; empty when unknown.</summary>
    public string PreferredPath { get; init; } = "";

    /// <summary><c>uuid</c> of the file system on it; null when there is none.</summary>
    public string? Uuid { get; init; }

    /// <summary><c>mount_point</c> of the file system on it; null when it is not mounted.</summary>
    public string? MountPoint { get; init; }

    /// <summary><c>transport_id</c>: what the transport calls the path; empty when unknown.</summary>
    public string TransportId { get; init; } = "";

    /// <summary><c>owners</c>: all devices underneath, flattened, nearest first.</summary>
    public IReadOnlyList<BlockInfo> Owners { get; init; } = [];
}
