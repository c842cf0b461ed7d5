namespace Weir.BlockEvents.Topology;

/// <summary>What file system is on a device of this machine, where udev does not tell.</summary>
internal static class FileSystems
{
    /// <summary>The device with the UUID that its superblock has, where nothing else told one.</summary>
    public static BlockDevice Complete(BlockDevice device)
    {
        // An empty device has nothing to read, and what is on one that others are made of belongs to them.
        if (device.Uuid is not null || device.SizeBytes == 0 || IsUnasked(device.Name)) return device;
        if (SysFile.List($"/sys/class/block/{device.Name}/holders").Count > 0 || SysFile.Read($"/sys/class/block/{device.Name}/dm/suspended") == "1") return device;
        if (Superblock.Read(device.KernelPath) is not { } found) return device;
        return device with { Uuid = found.Uuid, FileSystem = device.FileSystem ?? found.Type };
    }

    /// <summary>To open these moves a drive, or waits for the network.</summary>
    private static bool IsUnasked(string name) =>
        name.StartsWith("sr", StringComparison.Ordinal) || name.StartsWith("fd", StringComparison.Ordinal) || name.StartsWith("nbd", StringComparison.Ordinal);
}
