namespace Weir.BlockEvents.Topology;

/// <summary>Finds the device that a text names, as people, programs and the kernel name devices.</summary>
public static class DeviceFinder
{
    private const int MaxLength = 4096;

    /// <summary>
    /// The device; null when there is none. The text may be <c>8:0</c>, <c>sda</c>, <c>/dev/sda</c>, any link below /dev, a WWID, a file system's UUID,
    /// a mount point, a SCSI address, <c>ata1.00</c>, an NVMe controller with or without a namespace, a device-mapper name, or a
    /// loop device's file.
    /// </summary>
    public static BlockDevice? Find(BlockTopology topology, string text)
    {
        ArgumentNullException.ThrowIfNull(topology);
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length is 0 or > MaxLength) return null;
        if (topology.FindName(text) is { } named) return named;
        if (DeviceNumber.TryParse(text, out DeviceNumber number) && topology.FindNumber(number) is { } numbered) return numbered;
        if (topology.FindKey(text) is { } keyed) return keyed;
        if (text.StartsWith("/dev/", StringComparison.Ordinal) && topology.FindName(text[5..].Replace('/', '!')) is { } file) return file;
        if (text[0] == '/') return topology.Devices.FirstOrDefault(device => topology.InfoOf(device).MountPoint == text);
        if (text.Length is 36 or 32 && topology.FindKey(text.ToLowerInvariant()) is { } uuid) return uuid;
        return FindJournal(topology, text);
    }

    /// <summary>The device that the kernel's own key names: <c>b8:0</c>, <c>+scsi:6:0:0:0</c>, <c>+nvme:nvme0</c>; null when it names no block device.</summary>
    public static BlockDevice? FindKernelKey(BlockTopology topology, string key)
    {
        ArgumentNullException.ThrowIfNull(topology);
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length < 2) return null;
        if (key[0] == 'b') return DeviceNumber.TryParse(key.AsSpan(1), out DeviceNumber number) ? topology.FindNumber(number) : null;
        int colon = key.IndexOf(':', StringComparison.Ordinal);
        return key[0] == '+' && colon > 0 && colon < key.Length - 1 ? topology.FindKey(key[(colon + 1)..]) ?? topology.FindName(key[(colon + 1)..]) : null;
    }

    /// <summary>jbd2 names a journal by its device and inode: <c>sdf-8</c>, <c>dm-1-8</c>.</summary>
    private static BlockDevice? FindJournal(BlockTopology topology, string text)
    {
        int dash = text.LastIndexOf('-');
        return dash > 0 && dash < text.Length - 1 && text.AsSpan(dash + 1).IndexOfAnyExceptInRange('0', '9') < 0 ? topology.FindName(text[..dash]) : null;
    }
}
