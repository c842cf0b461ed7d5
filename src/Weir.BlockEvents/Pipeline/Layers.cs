using Weir.BlockEvents.Events;

namespace Weir.BlockEvents.Pipeline;

/// <summary>Which sub-system stands on which: what fails below explains what fails above.</summary>
internal static class Layers
{
    private const int FileSystem = 4;

    /// <summary>The floor: 0 transport, 1 disk, 2 block layer, 3 mapped devices and arrays, 4 file systems.</summary>
    public static int Of(string subSystem) => subSystem switch
    {
        "FC" or "iSCSI" or "SAS" => 0,
        "SCSI" or "ATA" or "NVMe" or "MMC" or "NBD" or "USB-storage" or "smartd" => 1,
        "block" => 2,
        "DM" or "multipath" or "MD" or "LVM-ThinProvisioning" or "DM-DirtyLog" or "bcache" or "ZFS" => 3,
        _ => FileSystem,
    };

    /// <summary>Whether one event can follow from another: only errors do, and not those that say that all is well again.</summary>
    public static bool CanFollow(StorageEvent above, StorageEvent below) =>
        above.Severity <= Severity.Warning && below.Severity <= Severity.Warning && Of(above.SubSystem) > Of(below.SubSystem);

    /// <summary>Whether both are about one stack of devices.</summary>
    public static bool IsSameStack(StorageEvent one, StorageEvent other)
    {
        if (one.Device.Path.Length == 0 || other.Device.Path.Length == 0) return one.KernelDevice.Length > 0 && one.KernelDevice == other.KernelDevice && one.Hostname == other.Hostname;
        // A loop device that was given another file has the old one's path.
        if (one.Device.Path == other.Device.Path && one.Incarnation != other.Incarnation && one.Incarnation != 0 && other.Incarnation != 0) return false;
        return one.Hostname == other.Hostname && (Contains(one.Device, other.Device.Path) || Contains(other.Device, one.Device.Path));
    }

    private static bool Contains(BlockInfo info, string path) => info.Path == path || info.Owners.Any(owner => owner.Path == path);
}
