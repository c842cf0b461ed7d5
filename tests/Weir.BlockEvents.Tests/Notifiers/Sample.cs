using System.Collections.Immutable;
using Weir.BlockEvents.Events;

namespace Weir.BlockEvents.Tests.Notifiers;

internal static class Sample
{
    public static StorageEvent Event(string type = "BLK_IO_ERROR") => new()
    {
        Hostname = "h1",
        Severity = Severity.Error,
        SubSystem = "block",
        Timestamp = new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero),
        EventId = Guid.NewGuid(),
        EventType = type,
        Device = new() { Wwid = "naa.1", Type = BlockType.Scsi, Path = "/dev/sdf", PreferredPath = "/dev/disk/by-id/wwn-1" },
        Hierarchy = new() { Wwid = "LVM-1", Type = BlockType.DmLvm, Path = "/dev/mapper/vg-lv", PreferredPath = "/dev/mapper/vg-lv", Uuid = "u-1", MountPoint = "/data/disk1", Owners = [new() { Wwid = "naa.1", Path = "/dev/sdf", PreferredPath = "/dev/sdf" }, new() { Wwid = "naa.2", Path = "/dev/sdg", PreferredPath = "/dev/sdg" }] },
        Message = "I/O error, dev sdf, sector 5",
        RawMessage = "I/O error, dev sdf,\r\nsector 5",
        Extension = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, [KeyValuePair.Create("sense_key", "Medium Error")]),
        KernelDevice = "sdf",
        Count = 12,
    };
}
