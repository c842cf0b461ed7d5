namespace Weir.BlockEvents.Parsers.Incidents;

/// <summary>What names say of devices: partitions belong to their disks, namespaces to their controllers, and two disks are two.</summary>
public sealed class NameRelations : IDeviceRelations
{
    private static readonly string[] Disks = ["sd", "hd", "vd", "xvd", "mmcblk", "loop", "sr", "nbd", "zram", "ram", "pmem", "nullb", "ublkb", "rbd", "drbd", "dasd", "fd", "st"];

    /// <summary>The one instance.</summary>
    public static NameRelations Instance { get; } = new();

    /// <inheritdoc/>
    public DeviceRelation Of(string one, string other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        (string first, string second) = (DiskOf(one), DiskOf(other));
        if (first == second) return DeviceRelation.Related;
        // What is built of several devices may stand on any, and a loop device on a file of any.
        bool isOneLoop = IsLoop(first) != IsLoop(second);
        return IsDisk(first) && IsDisk(second) && !isOneLoop ? DeviceRelation.Unrelated : DeviceRelation.Unknown;
    }

    /// <summary>The disk that a name stands for: <c>sda</c> for <c>/dev/sda1</c>, <c>nvme0</c> for <c>nvme0n1p2</c> and <c>nvme0c1n1</c>, <c>ata1</c> for <c>ata1.00</c>; other names as they are.</summary>
    public static string DiskOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.StartsWith("/dev/", StringComparison.Ordinal)) name = name[5..];
        if (name.StartsWith("connection", StringComparison.Ordinal) && DigitsFrom(name, 10) is > 10 and var end) return string.Concat("session", name.AsSpan(10, end - 10));
        if (name.StartsWith("nvme", StringComparison.Ordinal)) return name[..DigitsFrom(name, 4)];
        if (name.StartsWith("ata", StringComparison.Ordinal) && DigitsFrom(name, 3) > 3) return name[..DigitsFrom(name, 3)];
        if (name.StartsWith("mmcblk", StringComparison.Ordinal)) return name[..DigitsFrom(name, 6)];
        if (name.StartsWith("loop", StringComparison.Ordinal)) return name[..DigitsFrom(name, 4)];
        if (name.StartsWith("nbd", StringComparison.Ordinal)) return name[..DigitsFrom(name, 3)];
        if (name.StartsWith("md", StringComparison.Ordinal) && DigitsFrom(name, 2) > 2) return name[..DigitsFrom(name, 2)];
        if (name is ['s' or 'h' or 'v', 'd', >= 'a' and <= 'z', ..] or ['x', 'v', 'd', >= 'a' and <= 'z', ..]) return name.TrimEnd("0123456789".AsSpan()).ToString();
        return name;
    }

    /// <summary>Whether it is a device that stands on no other that the kernel names.</summary>
    internal static bool IsDisk(string name) =>
        name.StartsWith("nvme", StringComparison.Ordinal) || Array.Exists(Disks, disk => name.StartsWith(disk, StringComparison.Ordinal) && name.Length > disk.Length && char.IsAsciiLetterOrDigit(name[disk.Length]));

    /// <summary>Whether names of this kind are given to one thing after another, without the device going away in between.</summary>
    internal static bool IsReused(string name) => IsLoop(name) || name.StartsWith("nbd", StringComparison.Ordinal);

    private static bool IsLoop(string name) => name.StartsWith("loop", StringComparison.Ordinal);

    private static int DigitsFrom(string name, int start)
    {
        while (start < name.Length && char.IsAsciiDigit(name[start])) start++;
        return start;
    }
}
