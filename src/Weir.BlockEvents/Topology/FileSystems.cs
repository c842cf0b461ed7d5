namespace Weir.BlockEvents.Topology;

/// <summary>Which devices of this machine are asked what file system is on them, since udev does not tell.</summary>
internal static class FileSystems
{
    /// <summary>Whether nothing told what is on the device and it may be asked.</summary>
    public static bool IsUntold(BlockDevice device) => device.Uuid is null && MayBeAsked(device);

    /// <summary>An empty device has nothing to read, and what is on one that others are made of belongs to them; a suspended one would not answer.</summary>
    public static bool MayBeAsked(BlockDevice device) =>
        device.SizeBytes != 0 && !IsUnasked(device.Name) && SysFile.List($"/sys/class/block/{device.Name}/holders").Count == 0
        && SysFile.Read($"/sys/class/block/{device.Name}/dm/suspended") != "1";

    /// <summary>The device with what its superblock said.</summary>
    public static BlockDevice With(BlockDevice device, (string Uuid, string Type)? found) =>
        found is { } known ? device with { Uuid = known.Uuid, FileSystem = device.FileSystem ?? known.Type } : device;

    /// <summary>To open these moves a drive, or waits for the network.</summary>
    private static bool IsUnasked(string name) =>
        name.StartsWith("sr", StringComparison.Ordinal) || name.StartsWith("fd", StringComparison.Ordinal) || name.StartsWith("nbd", StringComparison.Ordinal);
}
