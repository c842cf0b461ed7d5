namespace Weir.BlockEvents.Tests.Topology;

/// <summary>A tree of sysfs, /dev and the mount table, as a capture would hold it, in a directory of its own.</summary>
internal sealed class SysfsTree : IDisposable
{
    public SysfsTree() => Directory.CreateDirectory(Path.Combine(Root, "sys/class/block"));

    public string Root { get; } = Directory.CreateTempSubdirectory("weir-sysfs-").FullName;

    /// <summary>Multipath over FC, LVM and ext4: what the original's example shows.</summary>
    public static SysfsTree MultipathLvmExt4()
    {
        var tree = new SysfsTree();
        string[] paths = ["sdb", "sdc", "sdd", "sde", "sdf", "sdg", "sdh", "sdi"];
        for (int i = 0; i < paths.Length; i++)
        {
            (int host, int target) = (3 + (i % 2), i / 2);
            tree.AddFibreChannelHost(host);
            tree.AddFibreChannelDisk(paths[i], 16 * (i + 1), host, target, "t10.Linux   scsi_debug      2000");
        }

        tree.AddMapped("dm-0", 253, 0, "mpatha", "mpath-333333330000007d0", paths);
        tree.AddMapped("dm-1", 253, 1, "vg-lv", "LVM-jM0Tz8T6xqZjS5NF1SQB2A35zYk80ayyNqp0YXhWtL4uJD7Ou9HKT4wcHRXwVLIj", "dm-0");
        tree.Link("dev/disk/by-uuid/47841ee5-047d-4f73-8951-5a3d7a4c770e", "../../dm-1");
        tree.Link("dev/mapper/vg-lv", "../dm-1");
        tree.Link("dev/mapper/mpatha", "../dm-0");
        tree.Link("dev/disk/by-id/wwn-0x333333330000007d0", "../../dm-0");
        tree.Write("proc/self/mountinfo", """
            22 1 8:1 / / rw,relatime shared:1 - xfs /dev/sda1 rw
            90 22 253:1 / /tmp/tmp.MYo8MCHF35 rw,relatime shared:40 - ext4 /dev/mapper/vg-lv rw

            """);
        return tree;
    }

    public void AddFibreChannelHost(int host)
    {
        Write($"sys/class/fc_host/host{host}/port_name", $"0x10000000c9a0283{host}");
        Write($"sys/class/fc_host/host{host}/port_state", "Online");
        Write($"sys/class/fc_host/host{host}/speed", "8 Gbit");
        Write($"sys/class/scsi_host/host{host}/proc_name", "lpfc");
    }

    public void AddFibreChannelDisk(string name, int minor, int host, int target, string wwid)
    {
        string device = $"sys/devices/pci0000:00/0000:05:00.{host - 3}/host{host}/rport-{host}:0-{target}/target{host}:0:{target}/{host}:0:{target}:1";
        Write($"sys/class/fc_remote_ports/rport-{host}:0-{target}/port_name", $"0x500a0982891b8dc{target}");
        Write($"sys/class/fc_remote_ports/rport-{host}:0-{target}/port_state", "Online");
        Write($"{device}/wwid", wwid + "\n");
        AddBlock(name, $"{device}/block/{name}", 8, minor);
        Link($"{device}/block/{name}/device", $"../../../{host}:0:{target}:1");
    }

    public void AddMapped(string name, int major, int minor, string mapped, string uuid, params string[] slaves)
    {
        string at = $"sys/devices/virtual/block/{name}";
        AddBlock(name, at, major, minor);
        Write($"{at}/dm/name", mapped + "\n");
        Write($"{at}/dm/uuid", uuid + "\n");
        foreach (string slave in slaves) Link($"{at}/slaves/{slave}", $"../../{slave}");
    }

    public void AddPartition(string disk, string diskAt, string name, int number, int major, int minor)
    {
        AddBlock(name, $"{diskAt}/{name}", major, minor);
        Write($"{diskAt}/{name}/partition", $"{number}\n");
        _ = disk;
    }

    /// <summary>A device and the link to it in class/block.</summary>
    public void AddBlock(string name, string at, int major, int minor, long sectors = 2048)
    {
        Write($"{at}/dev", $"{major}:{minor}\n");
        Write($"{at}/size", $"{sectors}\n");
        Link($"sys/class/block/{name}", "../../../" + at);
    }

    public void Write(string path, string text)
    {
        string full = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }

    public void Link(string path, string target)
    {
        string full = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.CreateSymbolicLink(full, target);
    }

    public void Remove(string name) => File.Delete(Path.Combine(Root, "sys/class/block", name));

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
