using System.Collections.Immutable;
using Weir.BlockEvents.Events;

namespace Weir.BlockEvents.Topology;

/// <summary>A block device as sysfs shows it.</summary>
public sealed record BlockDevice
{
    /// <summary>The kernel's name: <c>sdf</c>, <c>dm-1</c>, <c>nvme0n1p2</c>. A slash of the device file is <c>!</c> in it.</summary>
    public required string Name { get; init; }

    /// <summary>Its number.</summary>
    public required DeviceNumber Number { get; init; }

    /// <summary>What kind it is.</summary>
    public required BlockType Type { get; init; }

    /// <summary>The identity that stays; empty when it has none.</summary>
    public string Wwid { get; init; } = "";

    /// <summary>The device file; of a device-mapper device the one by its name, as Peripety has it.</summary>
    public string Path { get; init; } = "";

    /// <summary>The device file by the kernel's name.</summary>
    public string KernelPath => "/dev/" + Name.Replace('!', '/');

    /// <summary>The name that stays.</summary>
    public string PreferredPath { get; init; } = "";

    /// <summary>The UUID of the file system on it; null when it has none, or it could not be read.</summary>
    public string? Uuid { get; init; }

    /// <summary>The file system's type as udev or its superblock name it; null when unknown.</summary>
    public string? FileSystem { get; init; }

    /// <summary>The disk that it is a partition of; null when it is none.</summary>
    public string? Parent { get; init; }

    /// <summary>The devices it is made of, by name, in ordinal order: paths of a multipath device, members of an array.</summary>
    public ImmutableArray<string> Slaves { get; init; } = [];

    /// <summary>The SCSI address, <c>6:0:0:0</c>; null when it has none.</summary>
    public string? ScsiAddress { get; init; }

    /// <summary>The ATA device, <c>ata1.00</c>; null when it is none.</summary>
    public string? AtaDevice { get; init; }

    /// <summary>The name that device mapper, md or nvme know it by: <c>mpatha</c>, <c>vg-lv</c>; null when it has none.</summary>
    public string? OtherName { get; init; }

    /// <summary>The NVMe controllers that lead to it; empty when it is no NVMe namespace.</summary>
    public ImmutableArray<string> Controllers { get; init; } = [];

    /// <summary>The NVMe namespace id; null when it is no NVMe namespace.</summary>
    public string? NamespaceId { get; init; }

    /// <summary>The file behind a loop device; null for others.</summary>
    public string? BackingFile { get; init; }

    /// <summary>The way to it in one text: FC's two wwpns, iSCSI's portal and target, a SAS or NVMe address; empty when unknown.</summary>
    public string TransportId { get; init; } = "";

    /// <summary>What the transport says: wwpns, portals, addresses. The names are docs/storage-events.md's.</summary>
    public ImmutableSortedDictionary<string, string> Transport { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Other device files of it, as <c>/dev/disk/by-id/…</c>.</summary>
    public ImmutableArray<string> Links { get; init; } = [];

    /// <summary>Its size in bytes.</summary>
    public long SizeBytes { get; init; }

    /// <summary>Where it is in sysfs, with links resolved and without the root: <c>/sys/devices/…</c>.</summary>
    public string SysPath { get; init; } = "";

    /// <summary>The kernel's number of this appearance of the disk: another one says that the name means another disk now. 0 when unknown.</summary>
    public ulong Incarnation { get; init; }
}
